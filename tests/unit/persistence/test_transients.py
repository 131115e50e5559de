"""Transients as they are drawn: how many, when, where; and companions beside them."""

from dataclasses import replace

import numpy as np
import pytest

from framewright.persistence.augment import augment, is_persistent
from framewright.persistence.base import describe_base_clip, find_camera, render_base_clips
from framewright.persistence.camera import Camera
from framewright.persistence.crowd import IN_VIEW, MAX_STEP, draw_companions, paint_companions
from framewright.persistence.paths import TYPES, compute_short_paths
from framewright.persistence.specs import BaseSpec, Variant
from framewright.persistence.transients import EXPOSURES, _touches, draw_lives, draw_transients

BASE = BaseSpec()
PLAIN = describe_base_clip(BASE, 0, 0)
CROWD = Variant(min_companions=1, max_companions=3)


def drawn(variant, clips=range(320), metadata=PLAIN, seed=0):
    return [draw_transients(variant, metadata, seed, index) for index in clips]


def test_lives_are_of_all_lengths_alike_and_begin_anywhere_where_they_fit():
    firsts, durations = draw_lives(Variant(min_duration=2, max_duration=4), 6, 9000, np.random.default_rng(0))
    pairs = {(first, duration) for duration in (2, 3, 4) for first in range(6 - duration + 1)}
    assert set(zip(firsts.tolist(), durations.tolist(), strict=True)) == pairs
    assert np.abs(np.bincount(durations)[2:] / 9000 - 1 / 3).max() < 0.02
    assert np.abs(np.bincount(firsts[durations == 4]) / (durations == 4).sum() - 1 / 3).max() < 0.04
    assert set(draw_lives(Variant(max_duration=9), 3, 500, np.random.default_rng(0))[1]) == {1, 2, 3}


def test_a_clip_has_one_to_twice_the_transients_asked_for():
    counts = [len(found) for found in drawn(Variant(per_video=2), range(960))]
    assert np.abs(np.bincount(counts)[1:] / 960 - 0.25).max() < 0.05 and min(counts) == 1 and max(counts) == 4


def test_transients_start_and_move_as_documented():
    details = [one for found in drawn(Variant()) for one in found]
    starts, speeds = (np.array([one[key] for one in details]) for key in ("start_position", "velocity"))
    assert 0.78 < starts.max() <= 0.8 and -0.8 <= starts.min() < -0.78 and abs(starts.mean()) < 0.05
    assert 0.097 < speeds.max() <= 0.1 and -0.1 <= speeds.min() < -0.097
    kinds = [TYPES.index(one["trajectory_type"]) for one in details]
    assert np.abs(np.bincount(kinds) / len(kinds) - 0.25).max() < 0.06


@pytest.mark.parametrize("variant", [Variant(), Variant(shading="lambert", blur=0.5)], ids=["flat", "lit and blurred"])
def test_a_transient_is_where_its_path_says_at_each_age_and_exposure(variant):
    parts = EXPOSURES if variant.blur else 1
    for one in (one for found in drawn(variant, range(40, 60)) for one in found):
        ages = np.add.outer(np.arange(one["duration"]), variant.blur * np.arange(parts) / parts).ravel()
        many = np.ones(len(ages), int)
        kinds, durations = TYPES.index(one["trajectory_type"]) * many, one["duration"] * many
        start, speed = (np.tile(one[key], (len(ages), 1)) for key in ("start_position", "velocity"))
        path = compute_short_paths(kinds, start, speed, durations, ages)
        discs = Camera().project(path, 0.05, 64).reshape(-1, parts, 3)
        exact = discs.astype(int) if variant.shading == "flat" else discs.round(6)
        assert one["positions"] == path[::parts].round(6).tolist() and one["pixels"] == exact.tolist()


def test_each_clip_has_transients_of_its_own_whatever_else_is_drawn():
    found = drawn(Variant(), range(100))
    assert len({repr(one) for one in found}) == 100
    assert found[70] == draw_transients(Variant(), PLAIN, 0, 70) != draw_transients(Variant(), PLAIN, 1, 70)


@pytest.mark.parametrize(("x", "touches"), [(19.0, True), (19.01, False), (1.0, True), (0.99, False)])
def test_spheres_touch_up_to_two_pixels_between_their_edges(x, touches):
    clip = {"pixels": [[40, 40, 3], [10, 10, 3], [40, 40, 3]]}
    assert _touches({"start_frame": 1, "pixels": [[[x, 10, 4]]]}, clip) is touches
    assert _touches({"start_frame": 1, "pixels": [[[10, x, 4]]]}, clip) is touches
    assert not _touches({"start_frame": 0, "pixels": [[[x, 10, 4]]]}, clip)


def test_apart_there_are_as_many_transients_and_none_touches():
    apart = drawn(Variant(apart=True), range(60))
    assert all(not _touches(one, PLAIN) for found in apart for one in found)
    assert {len(found) for found in apart} == {1, 2, 3, 4, 5, 6}


@pytest.mark.parametrize(("shown", "frames", "label"), [(6, 32, True), (7, 32, False), (1, 5, False), (0, 1, True)])
def test_a_clip_is_persistent_where_transients_show_in_less_than_a_fifth(shown, frames, label):
    assert is_persistent(shown, frames) is label


@pytest.mark.slow
def test_a_transient_behind_the_sphere_is_hidden_by_it_and_one_before_it_hides_it():
    flat = Variant(colour=(9, 9, 9), per_video=1, sphere_radius=0.3)
    grey = replace(flat, depth=True)
    camera, behind, before = find_camera(PLAIN), 0, 0
    for base in render_base_clips(BASE, 0, range(40)):
        clip, plain = augment(base, grey, "arm", 0), augment(base, flat, "arm", 0)
        lit = base.video.any(axis=1)
        assert (clip.video == np.where((clip.video == 9).all(axis=1, keepdims=True), 9, base.video)).all()
        for one in clip.metadata["transient_details"] if len(clip.metadata["transient_details"]) == 1 else ():
            for age, place in enumerate(one["positions"]):
                time = one["start_frame"] + age
                covered = ((plain.video[time] == 9).all(axis=0) & lit[time]).sum()
                further = camera.depth(np.array(place)) > camera.depth(np.array(base.metadata["positions"][time]))
                seen = ((clip.video[time] == 9).all(axis=0) & lit[time]).sum()
                assert seen == (0 if further else covered)
                assert base.metadata["visible_area"][time] - clip.metadata["visible_area"][time] == seen
                behind, before = behind + (covered > 0 and further), before + (covered > 0 and not further)
    assert behind and before


def test_noise_is_drawn_for_each_clip_anew_and_kept_in_its_metadata():
    noisy = [augment(base, Variant(noise=3.0), "arm", 7) for base in render_base_clips(BASE, 7, range(2))]
    plain = [augment(base, Variant(), "arm", 7) for base in render_base_clips(BASE, 7, range(2))]
    assert [clip.metadata["noise"]["sigma"] for clip in noisy] == [3, 3]
    assert len({tuple(clip.metadata["noise"]["seed"]) for clip in noisy}) == 2
    for clip, still in zip(noisy, plain, strict=True):
        assert clip.metadata["transient_frames"] == still.metadata["transient_frames"]
        black = still.video == 0
        assert 0.5 < clip.video[black].astype(float).mean() / (3 / np.sqrt(2 * np.pi)) < 1.5


# ---- companions


@pytest.mark.slow
def test_there_are_as_many_companions_as_asked_for_at_least_and_most():
    counts = [len(draw_companions(CROWD, PLAIN | {"source": number}, 0, 0)) for number in range(60)]
    assert set(counts) == {1, 2, 3}
    fixed = replace(CROWD, min_companions=2, max_companions=2)
    assert len(draw_companions(fixed, PLAIN, 0, 0)) == 2


@pytest.mark.slow
def test_companions_are_partly_in_view_move_smoothly_and_come_back():
    kinds = set()
    for number in range(40):
        for one in draw_companions(CROWD, PLAIN | {"source": number}, 0, 0):
            path = np.array(one["positions"])
            inside = (np.abs(path[:, :2]) < 1).all(axis=1)
            assert IN_VIEW[0] <= inside.mean() <= IN_VIEW[1] and path.shape == (32, 3)
            assert np.hypot(*np.diff(path[:, :2], axis=0).T).max() <= MAX_STEP + 1e-5
            entries = np.count_nonzero(np.diff(inside.astype(int)) == 1) + inside[0]
            assert entries > 1 or one["class"] == "Linear"
            np.testing.assert_array_equal(one["pixels"], Camera().project(path, 0.05, 64).astype(int))
            kinds.add(one["class"])
    assert len(kinds) == 4


def test_of_companions_the_last_one_owns_a_pixel_and_nobody_owns_the_ground():
    base = np.zeros((2, 3, 16, 16), np.uint8)
    bodies = [{"pixels": [[5, 5, 2], [5, 5, 2]]}, {"pixels": [[5, 5, 2], [12, 12, 2]]}]
    video, owners = paint_companions(base, bodies, {"transient_look": "flat", "transient_colour": [7, 8, 9]})
    assert [np.bincount(frame + 1, minlength=3).tolist() for frame in owners] == [[243, 0, 13], [230, 13, 13]]
    assert video[0, :, 5, 5].tolist() == [7, 8, 9] and not base.any()


def test_what_companions_hide_of_the_sphere_is_not_visible_of_it():
    [base] = render_base_clips(BASE, 0, range(1))
    for clip in (augment(base, CROWD, "arm", seed) for seed in range(6)):
        _, owners = paint_companions(base.video, clip.metadata["companions"], clip.metadata)
        lit = base.video.any(axis=1).reshape(32, -1)
        areas = np.array([body["visible_area"] for body in clip.metadata["companions"]])
        assert areas.shape[1] == 32 and areas.max() > 0
        free = (lit & (owners < 0)).sum(axis=1)
        shown = np.array(clip.metadata["visible_area"])
        assert (shown <= free).all()
        clean = np.array(clip.metadata["frame_labels"]) == 1
        assert (shown == free)[clean].all()
