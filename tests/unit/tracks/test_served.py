"""Exports, datasets, pictures to learn from, accuracy and settings: exact figures of small examples."""

from dataclasses import asdict, replace
from fractions import Fraction
from types import SimpleNamespace

import numpy as np
import pytest
from house import ROOT

from framewright.study.config import fill, read_schema
from framewright.tracks.clips.options import ClipSettings
from framewright.tracks.dataset import TrackClips, crop_part
from framewright.tracks.demo_detector import pictures
from framewright.tracks.exports.frames import choose_instants, list_boxes
from framewright.tracks.meta import new_track
from framewright.tracks.objects import accuracy
from framewright.tracks.objects.identity import cut_crop
from framewright.tracks.objects.options import Association, DetectorSettings, Keep
from framewright.tracks.privacy.options import AuditSettings, DefaceSettings
from framewright.tracks.segments import find
from framewright.tracks.segments.options import Limits
from framewright.tracks.settings import _subset_faults, read_settings
from framewright.truth import NOTHING, Object

SIZE = (640, 360)


def track(times, boxes, size=SIZE, **more):
    return new_track("video", size, np.array(times, float), np.array(boxes, float), **more)


# ---- exports and datasets


def test_instants_are_so_far_apart_at_least():
    own = [SimpleNamespace(times=np.array([0, 0.5, 0.9999995, 1.2])), SimpleNamespace(times=np.array([2.0, 2.9]))]
    assert choose_instants(own, 1.0) == [0, 0.9999995, 2.0] and choose_instants([], 1.0) == []


def test_boxes_of_an_instant_are_cut_to_the_frame():
    own = track([1, 2], [[-10, 50, 30, 90], [600, 300, 700, 400]], labels=[4], names=["cat"])
    assert [one["box"] for one in list_boxes([own], 1.0)] == [[0, 50, 30, 90]]
    assert list_boxes([own], 2.0)[0]["box"] == [600, 300, 640, 360] and list_boxes([own], 1.5) == []
    assert list_boxes([track([1], [[640, 10, 700, 60]], labels=[4], names=["cat"])], 1.0) == []
    assert list_boxes([track([1], [[10, 10, 60, 60]])], 1.0) == []


@pytest.mark.parametrize(
    ("place", "corner"),
    [((0, 0), (0, 0)), ((0.5, 0.5), (3, 2)), ((0.999, 0.999), (6, 4)), ((1, 1), (6, 4)), ((0.2, 0), (1, 0))],
)
def test_a_part_of_a_picture_lies_at_its_place(place, corner):
    values = np.arange(8 * 10).reshape(1, 8, 10, 1)
    part = crop_part(values, (4, 4), place)
    assert part.shape == (1, 4, 4, 1) and part[0, 0, 0, 0] == corner[1] * 10 + corner[0]
    assert crop_part(values, (40, 4), place).shape == (1, 4, 10, 1)


@pytest.mark.parametrize(("seconds", "place", "first"), [(5.0, 0.5, 2.0), (5.0, 1.0, 4.0), (0.5, 0.5, 0.0)])
def test_a_window_lies_in_its_clip(seconds, place, first):
    own = SimpleNamespace(frames=4, step=0.25)
    assert TrackClips._choose_instants(own, seconds, place) == pytest.approx([first + 0.25 * k for k in range(4)])


@pytest.mark.parametrize(
    ("box", "mean"),
    [((10, 0, 20, 10), 10), ((-5, 0, 10, 10), 0), ((19.6, 0, 30.4, 10), 19), ((200, 200, 300, 300), 39)],
)
def test_a_crop_for_identities_has_a_pixel_at_least(box, mean):
    picture = np.repeat(np.arange(40, dtype=np.uint8)[None, :, None], 30, axis=0).repeat(3, axis=2)
    found = cut_crop(picture, np.array(box, float), (8, 16))
    assert found.shape == (16, 8, 3) and found[0, 0, 0] == mean


# ---- pictures to learn from


def test_a_thing_must_be_ten_pixels_high_and_five_wide():
    boxes = np.array([[0, 0, 5, 10], [0, 0, 4.9, 10], [0, 0, 5, 9.9], [0, 0, 50, 100]], float)
    own = pictures.Picture(np.zeros((9, 9, 3), np.uint8), boxes, np.zeros(4, int), np.array([0.3, 1, 1, 0.29]))
    assert own.is_clear(0.3).tolist() == [True, False, False, False]


def test_what_is_seen_of_a_thing_is_what_lies_in_the_window():
    mark = SimpleNamespace(name="car", visible=0.8)
    places = [[-10, 0, 10, 40], [10, 10, 20, 20], [63.5, 0, 80, 40], [63, 0, 73, 40]]
    own = pictures._picture(np.zeros((40, 64, 3), np.uint8), [(mark, np.array(box, float)) for box in places])
    assert own.boxes.tolist() == [[0, 0, 10, 40], [10, 10, 20, 20], [63, 0, 64, 40]] and own.labels.tolist() == [3] * 3
    assert own.visible.tolist() == pytest.approx([0.4, 0.8, 0.08])


def test_labels_are_middles_and_sides_as_shares_of_the_picture(tmp_path):
    boxes = np.array([[10, 20, 30, 60], [0, 0, 10, 10]], float)
    own = pictures.Picture(np.zeros((100, 100, 3), np.uint8), boxes, np.array([2, 1]), np.array([1, 0.29]))
    assert pictures.write_practice(tmp_path, iter([own, own])) == 2
    assert (tmp_path / "labels/00002.txt").read_text() == "2 0.200000 0.400000 0.200000 0.400000\n"
    assert sorted(path.name for path in (tmp_path / "images").iterdir()) == ["00001.jpg", "00002.jpg"]


def test_every_eighth_picture_shows_things_thrown_together(monkeypatch):
    monkeypatch.setattr(pictures, "draw_streets", lambda *rest: iter("s" * 99))
    monkeypatch.setattr(pictures, "draw_thrown", lambda *rest: iter("t" * 99))
    assert "".join(pictures.draw_practice(0, 17, 64)) == "ssssssstssssssst" + "s"


# ---- accuracy


def make_truth(frames, boxes, visible=1.0):
    thing = Object(np.array(frames), np.array(boxes, float), np.full(len(frames), visible, float), id=1, name="cat")
    return replace(NOTHING, size=SIZE, rate=Fraction(10), frames=100, objects=(thing,))


@pytest.mark.parametrize(
    ("last", "side", "visible", "kept"),
    [(36, 167, 1, 1), (35, 167, 1, 0), (36, 166, 1, 0), (36, 167, 0.25, 1), (36, 167, 0.24, 0)],
)
def test_objects_clearly_within_the_limits_of_a_track_count(last, side, visible, kept):
    frames = list(range(last + 1))
    known = make_truth(frames, [[10, 10, 10 + side, 10 + side]] * len(frames), visible)
    found = accuracy.keep_trackable(known, Keep(3.0, 0.1))
    assert len(found.objects) == kept and len(found.ignore) == 1 - kept


@pytest.mark.parametrize(("right", "purity"), [(35, 1.0), (34, 0.5)])
def test_a_box_shows_an_object_that_it_overlaps_by_a_quarter(right, purity):
    known = make_truth([0, 1], [[10, 10, 110, 110]] * 2)
    boxes = np.array([[10.0, 10, 110, 110], [10, 10, right, 110]])
    assert accuracy.measure_purity(known, np.array([0, 0.1]), boxes) == purity


def test_instants_are_those_of_the_nearest_frames():
    known = make_truth([0], [[0, 0, 9, 9]])
    assert accuracy._frames_at(known, [-1, 0.04, 0.06, 99]) == [0, 0, 1, 99]
    found = accuracy._found_at([1.0, 2.0], [(np.array([1.0009, 2.002]), np.array([[0, 0, 9, 9]] * 2))])
    assert [len(numbers) for numbers, _ in found] == [1, 0]


def test_an_object_is_another_one_in_each_span():
    known = make_truth([0, 5, 10, 15], [[0, 0, 9, 9]] * 4)
    found = accuracy.restrict_to_spans(known, [(0.0, 0.5), (1.0, 1.4), (3, 4)])
    assert [(own.id, own.frames.tolist()) for own in found.objects] == [(1, [0, 5]), (2, [10])]


# ---- settings


def test_the_librarys_defaults_are_those_of_the_configuration():
    found = read_settings(fill({}, read_schema(ROOT / "config/schemas"))["tracks"])
    assert found.clips == ClipSettings() and found.limits == Limits() and found.keep == Keep()
    assert found.association == Association() and found.deface == DefaceSettings() and found.audit == AuditSettings()
    wanted = asdict(DetectorSettings()) | {"renames": found.detector.renames, "classes": found.detector.classes}
    assert asdict(found.detector) == wanted


def subset(name, **more):
    item = {"name": name, "strategy": "class_balanced", "from": None, "max_tracks": None, "max_per_class": 5}
    item |= {"temperature": 0, "seed": None, "pool": 9, "min_motion": 0, "min_quality": 0, "max_overlap": 1}
    item |= {"overlap_seconds": None, "min_distance": 0, "relax": [], "hard": []}
    return item | more, _subset_faults


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({}, None),
        ({"max_tracks": 3}, "its strategy class_balanced needs max_per_class and no other size"),
        ({"max_per_class": None}, "its strategy class_balanced needs max_per_class and no other size"),
        ({"strategy": "random"}, "its strategy random needs max_tracks and no other size"),
        ({"strategy": "random", "max_tracks": 3, "max_per_class": None}, None),
        ({"from": "ids.txt"}, "its strategy picked takes all tracks of its list, and no size"),
        ({"from": "ids.txt", "max_per_class": None}, None),
        ({"strategy": "picked", "max_per_class": None}, "picked needs a list of track ids"),
        ({"relax": [0.5, 0.5]}, "each factor must be less than the one before"),
        ({"relax": [0.25, 0.5]}, "each factor must be less than the one before"),
        ({"relax": [0.5, 0.25]}, None),
    ],
)
def test_a_subset_that_contradicts_itself_has_a_line(more, words):
    item, find_faults = subset("a", **more)
    found = find_faults([item])
    assert found == [] if words is None else len(found) == 1 and words in found[0]


def test_subsets_have_names_and_files_of_their_own():
    (one, find_faults), (other, _) = subset("a"), subset("b", max_per_class=6)
    assert find_faults([one, other]) == []
    assert "a is there twice" in find_faults([one, other | {"name": "a"}])[0]
    [line] = find_faults([one, one | {"name": "b"}])
    assert "b and a would both be called CB5-<count>-T0" in line


@pytest.mark.parametrize(("rate", "frames"), [(25, 50), (Fraction(30000, 1001), 60), (0, 7)])
def test_as_many_frames_are_expected_as_the_part_has(rate, frames):
    probe = SimpleNamespace(use=(1.0, 3.0), rate=rate, frames=7)
    assert find._count(probe) == frames
    assert find._count_units(Fraction(3, 2), Fraction(1, 4)) == 6
    assert find._count_units(Fraction(7, 5), Fraction(1, 2)) == 2
    assert find._range((1.5, 2), Fraction(1, 10)) == (Fraction(29, 20), 2)
