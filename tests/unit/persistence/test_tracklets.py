"""Blobs and their tracklets: where they are expected, how far and how long they are sought, and what they show."""

from types import SimpleNamespace

import numpy as np
import pytest
import torch

from framewright.persistence.tracklets import (
    MAX_GAP,
    REACH,
    Tracklet,
    TrackletClips,
    crop_tracklet,
    find_blobs,
    label_tracklet,
    link_blobs,
)


def film(places, size=64):
    """A video with a pixel of light at each place (x, y) of each frame."""
    video = np.zeros((len(places), 3, size, size), np.uint8)
    for frame, spots in zip(video, places, strict=True):
        for x, y in spots:
            frame[:, y, x] = 255
    return video


def test_blobs_are_middles_of_what_is_lit_and_hangs_together():
    frame = np.zeros((3, 16, 16), np.uint8)
    frame[1, 2:5, 3:6], frame[0, 10, 10], frame[2, 10, 12] = 65, 64, 255
    assert find_blobs(frame).tolist() == [[4, 3], [12, 10]]


def test_a_blob_is_expected_on_from_its_last_step():
    assert Tracklet([3], [(5.0, 6.0)]).expect(9) == (5.0, 6.0)
    moving = Tracklet([1, 3, 5], [(90.0, 90.0), (4.0, 10.0), (8.0, 8.0)])
    assert moving.expect(6) == (10.0, 7.0) and moving.expect(9) == (16.0, 4.0)


@pytest.mark.parametrize(("step", "size", "tracks"), [(9, 64, 1), (10, 64, 2), (4, 32, 1), (5, 32, 2)])
def test_a_blob_may_be_so_far_from_where_it_is_expected(step, size, tracks):
    assert REACH == 9
    found = link_blobs(film([[(2, 3)], [(2 + step, 3)]], size))
    assert len(found) == tracks


@pytest.mark.parametrize(("gap", "tracks"), [(MAX_GAP, 1), (MAX_GAP + 1, 2)])
def test_a_tracklet_waits_two_frames_for_its_blob(gap, tracks):
    assert MAX_GAP == 2
    found = link_blobs(film([[(9, 9)], *[[]] * gap, [(9, 9)]]))
    assert len(found) == tracks and sum(len(one.frames) for one in found) == 2


def test_the_closest_pair_is_linked_first_and_each_blob_once():
    found = link_blobs(film([[(10, 10), (18, 10)], [(14, 10), (19, 10)]]))
    assert [one.places for one in found] == [[(10, 10), (14, 10)], [(18, 10), (19, 10)]]


DISC = [8.0, 8.0, 2.0]
TWO = {
    "resolution": [64, 64],
    "pixels": [DISC] * 2,
    "visible_area": [9, 9],
    "transient_details": [{"start_frame": 0, "pixels": [[[28, 8, 2]]] * 2, "visible_area": [9, 9]}],
}


@pytest.mark.parametrize(
    ("places", "persistent"),
    [
        ([(8, 8), (8, 8)], True),
        ([(27, 8), (28, 8)], False),
        ([(8, 8), (28, 8)], True),
        ([(18, 8), (18, 8)], True),
        ([(18.1, 8), (18.1, 8)], False),
    ],
    ids=["the sphere", "the transient", "half of each", "as near to both", "nearer to the transient"],
)
def test_a_tracklet_is_of_the_sphere_that_most_of_its_blobs_are_nearest_to(places, persistent):
    assert label_tracklet(Tracklet([0, 1], places), TWO) is persistent


def test_blobs_where_nothing_is_visible_have_no_say():
    hidden = TWO | {"visible_area": [0, 9]}
    hidden |= {"transient_details": [TWO["transient_details"][0] | {"visible_area": [0, 0]}]}
    assert label_tracklet(Tracklet([0, 1], [(28, 8), (8, 8)]), hidden) is True
    assert label_tracklet(Tracklet([0], [(8, 8)]), hidden) is False


def test_a_crop_has_its_blob_in_the_middle_and_says_where_it_was():
    video = film([[(1, 60)], [(32, 16)]])
    crops = crop_tracklet(video, Tracklet([0, 1], [(1.0, 60.0), (32.0, 16.0)]))
    assert crops.shape == (2, 6, 12, 12)
    assert [np.argwhere(crop[0]).tolist() for crop in crops] == [[[6, 6]], [[6, 6]]]
    assert crops[1, 3:, 0, 0].tolist() == [255, 128, 64] and crops[0, 3:, 5, 5].tolist() == [255, 4, 239]


def clips_of(videos, labels):
    """Clips of one sphere each: a pixel that stays, or a transient one."""
    metadata = [
        {
            "split": "train" if number else "test",
            "resolution": [64, 64],
            "pixels": [DISC] * len(video),
            "visible_area": [9 * label] * len(video),
            "transient_details": [
                {"start_frame": 0, "pixels": [[[28, 8, 2]]], "visible_area": [9 * (not label)]},
            ],
        }
        for number, (video, label) in enumerate(zip(videos, labels, strict=True))
    ]
    return SimpleNamespace(numbers=range(len(videos)), metadata=metadata.__getitem__, video=videos.__getitem__)


def test_tracklets_of_a_split_have_their_lengths_clips_labels_and_colours():
    videos = [film([[(40, 40)]] * 3), film([[(8, 8)]] * 3), film([[(28, 8)], [], []])]
    videos[2][0, 1:, 8, 28] = 55
    data = TrackletClips(clips_of(videos, [1, 1, 0]), "train")
    assert data.lengths == [3, 1] and data.places == [1, 2] and data.persistent.tolist() == [1, 0]
    assert len(data) == 2 and data.frames == 3 and data.measure_colour().tolist() == [0, 200]
    batch = data.batch([1])
    assert batch["persistent"].tolist() == [0] and torch.equal(batch["video"][0], data.video[1])
    seen = data.augment(batch)["video"][0]
    assert seen[0, 4].unique().tolist() == [255 - round(255 * 28 / 64)] and not seen[1].any()
    assert seen[0, 5].unique().tolist() == [round(255 * 8 / 64)]
    other = TrackletClips(clips_of([*videos[:2], film([[(28, 9)], [], []])], [1, 1, 0]), "train")
    assert data.digest == other.digest  # metadata decides what is learnt from
