"""Labels are by the same object; the truth is annotations, or a detector's finds with a tracker's identities."""

from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np
import pytest
from make_motion import SIZE, box_at, picture, texture
from make_video import make_video
from make_weights import columns as output_columns
from make_weights import make_weights

from framewright.errors import UserError
from framewright.flexpatch.follow.compat import CompatFollower
from framewright.flexpatch.follow.features import COMPAT, DEFINITIONS, FRAMEWRIGHT
from framewright.flexpatch.follow.follower import Follower
from framewright.flexpatch.outcomes import list_outcomes
from framewright.flexpatch.rows import list_rows
from framewright.flexpatch.samples import collect, columns, observations, truth
from framewright.flexpatch.samples.columns import COLUMNS, label_overlap, write_samples
from framewright.flexpatch.samples.gather import describe_table
from framewright.flexpatch.samples.observations import (
    NOBODY,
    Observations,
    box_table,
    read_observations,
    write_observations,
)
from framewright.flexpatch.samples.options import DetectorSettings, Sampling
from framewright.study.declared import Declared
from framewright.tracks.objects.associate import FrameDetections, find_tracklets
from framewright.tracks.objects.options import Association
from framewright.truth import Boxes, Object, Truth, write_truth
from framewright.video.probe import Probe

NAMES = ("dog", "car")
HOW = Sampling()


@pytest.fixture(scope="module")
def ground():
    return texture(np.random.default_rng(0), *SIZE)


@pytest.fixture(scope="module")
def things():
    return [texture(np.random.default_rng(k), 40, 50) for k in (1, 2)]


def scene(frames, ways, found_in=(0,), gone_from=None):
    """A video of which all is known: each way is (x, y, dx, dy) of an object, and all are found in some frames."""
    true, found = [], []
    for frame in range(frames):
        for who, (x, y, dx, dy) in enumerate(ways):
            box = [x + dx * frame, y + dy * frame, x + dx * frame + 40, y + dy * frame + 50]
            if gone_from is None or frame < gone_from:
                true.append((frame, who, who % 2, 1.0, box))
            if frame in found_in:
                found.append((frame, who, who % 2, 0.8, box))
    return Observations(SIZE, np.arange(frames) / 25, NAMES, box_table(found), box_table(true))


def drawn(ground, things, ways, frames, hidden_from=None):
    for frame in range(frames):
        shown = [] if hidden_from is not None and frame >= hidden_from else zip(things, ways, strict=False)
        yield picture(ground, *((own, x + dx * frame, y + dy * frame) for own, (x, y, dx, dy) in shown))


def made(known, greys, how=HOW, follower=None):
    return collect.collect_samples("v", known, greys, follower or Follower(SIZE, max_age=how.max_age), how)


@pytest.mark.parametrize(
    ("overlap", "label"),
    [(0.0, "high"), (1e-9, "medium"), (0.5, "medium"), (0.5000001, "low"), (1.0, "low")],
)
def test_labels_have_the_documented_bounds(overlap, label):
    assert label_overlap(overlap, Sampling()) == label


def test_a_track_that_lies_well_is_low_and_its_row_says_all_about_it(ground, things):
    ways = [(60, 90, 2, 1)]
    found, untrue = made(scene(9, ways), drawn(ground, things, ways, 9))
    assert len(found) == 8 and {own.iou_label for own in found} == {"low"} and untrue == []
    last = found[-1]
    assert (last.video, last.frame, last.track, last.object, last.state) == ("v", 8, 0, 0, "there")
    assert last.time == pytest.approx(8 / 25) and last.iou > 0.95 and last.unexamined == 8 and last.confidence > 0.79
    assert [last.x1, last.y1, last.x2, last.y2] == pytest.approx(box_at(things[0], 76, 98), abs=0.5)


def test_another_object_in_the_same_place_does_not_make_a_lost_track_a_good_one(ground, things):
    """By any box that is there, as the origin labels, the track would be low: it lies where the other object is."""
    ways = [(60, 90, 0, 0), (60, 90, 0, 0)]
    here = scene(3, ways[:1], found_in=(0,))
    true = box_table([(0, 0, 0, 1.0, [60, 90, 100, 140]), (1, 1, 1, 1.0, [60, 90, 100, 140])])
    swapped = Observations(SIZE, here.times, NAMES, here.found, true)
    found, _ = made(swapped, drawn(ground, things, ways[:1], 3))
    assert [(own.iou_label, own.state, own.iou) for own in found] == [("high", "gone", 0.0)] * 2


def test_an_object_that_has_left_or_is_hidden_is_gone_and_high(ground, things):
    ways = [(60, 90, 1, 0)]
    left = scene(8, ways, gone_from=4)
    found, _ = made(left, drawn(ground, things, ways, 8))
    assert [own.state for own in found] == ["there"] * 3 + ["gone"] * 4
    assert [own.iou_label for own in found] == ["low"] * 3 + ["high"] * 4
    hidden = box_table([(frame, 0, 0, 0.05, [60, 90, 100, 140]) for frame in range(8)])
    found, _ = made(Observations(SIZE, left.times, NAMES, left.found, hidden), drawn(ground, things, ways, 8))
    assert {own.state for own in found} == {"gone"}


def test_a_track_is_compared_with_what_it_was_last_refreshed_on(ground, things):
    ways = [(60, 90, 0, 0)]
    here = scene(12, ways, found_in=())
    found = box_table([(0, 0, 0, 0.8, [60, 90, 100, 140]), (5, 7, 0, 0.8, [62, 90, 102, 140])])
    rows, _ = made(
        Observations(SIZE, here.times, NAMES, found, here.true), drawn(ground, things, ways, 12), Sampling(every=5)
    )
    assert [own.object for own in rows] == [0] * 5 + [7] * 6
    assert [own.iou_label for own in rows] == ["low"] * 5 + ["high"] * 6


def test_a_find_that_is_no_object_is_followed_and_gives_no_sample(ground, things):
    ways = [(60, 90, 0, 0)]
    here = scene(4, ways)
    found = box_table([(0, 0, 0, 0.8, [60, 90, 100, 140]), (0, NOBODY, 0, 0.8, [200, 90, 240, 140])])
    rows, untrue = made(Observations(SIZE, here.times, NAMES, found, here.true), drawn(ground, things, ways, 4))
    assert {own.track for own in rows} != set(untrue) and len(untrue) == 1 and len(rows) == 3


def test_tracks_are_refreshed_after_every_k_frames(ground, things):
    ways = [(60, 90, 1, 0)]
    rows, _ = made(scene(12, ways, found_in=range(12)), drawn(ground, things, ways, 12), Sampling(every=4))
    assert [own.unexamined for own in rows] == [1, 2, 3, 4, 1, 2, 3, 4, 1, 2, 3]


def test_corners_taken_for_sizes_would_show_in_the_labels(ground, things):
    """An object to the lower right moves, the ground does not: read as x, y, width, height, its box would stay."""
    ways = [(190, 150, -3, -2)]
    rows, _ = made(scene(20, ways), drawn(ground, things, ways, 20))
    assert {own.iou_label for own in rows} == {"low"}
    wrong, _ = made(scene(20, ways), drawn(ground, things, ways, 20), follower=CompatFollower(SIZE))
    assert "high" in {own.iou_label for own in wrong} or "medium" in {own.iou_label for own in wrong}


def test_a_table_begins_as_documented_and_says_the_same_each_time(tmp_path, ground, things):
    ways = [(60, 90, 2, 1)]
    rows, _ = made(scene(5, ways), drawn(ground, things, ways, 5))
    for name in ("a.csv", "b.csv"):
        write_samples(tmp_path / name, rows)
    text = (tmp_path / "a.csv").read_text()
    assert text.splitlines()[0].startswith("min_eig,ncc,accel,flow_std,confidence,iou_label,video,frame,")
    assert text == (tmp_path / "b.csv").read_text()
    assert len(list(list_rows([tmp_path / "a.csv", tmp_path / "b.csv"]))) == 2 * len(rows)
    assert columns.Sample._fields == COLUMNS


def test_a_video_of_which_nothing_is_known_has_an_empty_table(tmp_path):
    rows, record = collect.sample_video("none.mp4", "v", observations.NO_OBSERVATIONS, None, Sampling(), "framewright")
    assert rows == [] and record["samples"] == 0
    side = describe_table([record], [{"video": "v", "truth": None}], FRAMEWRIGHT)
    with pytest.raises(UserError, match="v: its features are of the definition framewright 2, but compat 2"):
        describe_table([record], [{"video": "v", "truth": None}], COMPAT)
    assert (side["samples"], side["frames"], side["labels"]["high"]) == (0, 0, 0)


# ---- the origin's definition ----------------------------------------------------------------------------------------


def compat(ground, things, ways, frames):
    follower = CompatFollower(SIZE)
    for frame, grey in enumerate(drawn(ground, things, ways, frames)):
        if frame == 0:
            follower.start(grey, np.array([[10, 20, 60, 80]]), np.array([0.7]), np.array([0]))
        else:
            follower.move(grey)
    return follower.tracks[0]


def test_compat_measures_as_the_origin_codes_it(ground, things):
    """On corners read as x, y, width and height: here the rectangle from (10, 20) to (70, 100)."""
    ways = [(15, 25, 0, 0)]
    first, second = list(drawn(ground, things, ways, 2))
    track = compat(ground, things, ways, 2)
    crop = first[20:100, 10:70]
    assert track.rectangle == (10, 20, 60, 80)
    assert track.min_eig == pytest.approx(cv2.cornerMinEigenVal(crop, 7, ksize=3).mean())
    assert track.ncc == pytest.approx(cv2.matchTemplate(crop, second[20:100, 10:70], cv2.TM_CCORR_NORMED)[0, 0])
    assert (track.confidence, track.flow_std) == (0.7, pytest.approx(0, abs=1e-3))


def test_compat_has_the_speed_for_its_first_acceleration_and_spreads_a_pure_shift(ground):
    """Both are what the origin gets wrong, and what a model for it has to be given."""
    follower, shifts = CompatFollower(SIZE), (0, 3)
    big = texture(np.random.default_rng(3), 400, 300)
    greys = [picture(big, (big, shift, 0))[:240, 40:360] for shift in shifts]
    follower.start(greys[0], np.array([[100, 60, 100, 100]]), np.array([0.7]), np.array([0]))
    follower.move(np.ascontiguousarray(greys[1]))
    (track,) = follower.tracks
    assert track.accel == pytest.approx(3, abs=0.2)  # the speed
    assert track.flow_std == pytest.approx(1.5, abs=0.2)  # 3 across and 0 down: their deviation
    assert track.box == pytest.approx([103, 60, 103, 100], abs=1)


@pytest.mark.slow
def test_compat_computes_what_trtutils_computes():
    """The rows of trtutils' unmodified tracker, 65 of them with a rectangle that leaves the frame."""
    ground = texture(np.random.default_rng(0), *SIZE)
    sprites = [texture(np.random.default_rng(k), 40, 50) for k in (1, 2, 3)]
    starts = [(60, 90, -3, -2), (250, 60, 4, 1), (20, 170, 1.5, 2.5)]
    follower, rows = CompatFollower(SIZE), []
    for frame in range(40):
        places = [(x + dx * frame, y + dy * frame) for x, y, dx, dy in starts]
        grey = picture(ground, *((sprite, *place) for sprite, place in zip(sprites, places, strict=True)))
        found = [
            (int(x), int(y), int(x + 40), int(y + 50), 0.9 - 0.1 * k)
            for k, (x, y) in enumerate(places)
            if -30 < x < SIZE[0] - 10 and -30 < y < SIZE[1] - 10
        ]
        detections = np.array(found, float).reshape(-1, 5)
        if frame == 0:
            follower.start(grey, detections[:, :4], detections[:, 4], np.zeros(len(found), int))
            continue
        follower.move(grey)
        for track in follower.tracks:
            features = track.min_eig, track.ncc, track.accel, track.flow_std, track.confidence
            rows.append((frame, track.number, *track.rectangle, track.age, *features))
        if frame % 5 == 0:
            follower.refresh(grey, detections[:, :4], detections[:, 4], np.zeros(len(found), int))
    golden = np.loadtxt(Path(__file__).parents[2] / "data/flexpatch_compat.csv", delimiter=",", skiprows=1)
    # OpenCV computes these in float32, whose last bits depend on the kind of processor
    assert np.array(rows) == pytest.approx(golden, rel=1e-6)
    x, y, width, height = golden[:, 2:6].T
    assert ((x < 0) | (y < 0) | (x + width > SIZE[0]) | (y + height > SIZE[1])).sum() == 65


# ---- truth ----------------------------------------------------------------------------------------------------------


def seen(time, *boxes, scores=None, label=0):
    classes = np.zeros((len(boxes), 2))
    classes[:, label] = 0.9 if scores is None else scores
    return FrameDetections(time, np.array(boxes, float).reshape(-1, 4), classes.max(axis=1, initial=0), classes)


def annotated(*objects, ignore=(), frames=10):
    return Truth(SIZE, Fraction(10), frames, objects=tuple(objects), ignore=tuple(ignore))


def thing(number, x, frames=range(10), visible=1.0, name="dog"):
    frames = list(frames)
    boxes = [[x + frame, 50, x + frame + 20, 90] for frame in frames]
    return Object(frames, boxes, [visible] * len(frames), id=number, name=name)


def test_each_find_is_told_which_annotated_object_it_is():
    real = annotated(thing(4, 20), thing(9, 100, name="person"))
    looked = [seen(k / 10, [100 + k, 51, 120 + k, 91], [22 + k, 50, 42 + k, 90], [200, 0, 220, 40]) for k in range(3)]
    here = truth.from_annotations(looked, real, SIZE, NAMES)
    assert [here.found.at(k).objects.tolist() for k in range(3)] == [[NOBODY, 4, 9]] * 3
    assert here.names == ("dog", "car", "person") and here.true.at(1).labels.tolist() == [0, 2]
    assert here.true.at(2).boxes.tolist() == [[22, 50, 42, 90], [102, 50, 122, 90]]


def test_two_finds_of_one_object_are_not_both_it():
    here = truth.from_annotations([seen(0, [20, 50, 40, 90], [21, 50, 41, 90])], annotated(thing(4, 20)), SIZE, NAMES)
    assert sorted(here.found.objects.tolist()) == [NOBODY, 4]


def test_frames_are_told_by_when_they_appear():
    """Only every third frame of the annotated ones was looked at, and the first of these is not the first of all."""
    looked = [seen(k / 10, [20 + k, 50, 40 + k, 90]) for k in (3, 6, 9)]
    here = truth.from_annotations(looked, annotated(thing(4, 20)), SIZE, NAMES)
    assert here.true.frames.tolist() == [0, 1, 2] and here.true.boxes[:, 0].tolist() == [23, 26, 29]
    assert here.found.objects.tolist() == [4, 4, 4]


def test_the_truth_of_a_detector_has_the_trackers_identities_also_where_it_missed_one():
    looked = [seen(k / 10, *([] if k == 4 else [[20 + 2 * k, 50, 60 + 2 * k, 90]])) for k in range(10)]
    here = truth.from_detector(looked, find_tracklets(looked, Association()), SIZE, NAMES)
    assert here.found.objects.tolist() == [0] * 9
    assert here.true.frames.tolist() == list(range(10))
    assert here.true.boxes[4].tolist() == pytest.approx([28, 50, 68, 90])  # between the two finds around


def test_finds_are_compared_with_annotations():
    """One object is found in 8 of 10 frames, another never; one find is no object, one lies on what is ignored."""
    real = annotated(
        thing(1, 20), thing(2, 150), thing(3, 250, visible=0.1), ignore=[Boxes([0], [[0, 150, 60, 230]], [1.0])]
    )
    looked = [seen(k / 10, *([[20 + k, 50, 40 + k, 90]] if k < 8 else [])) for k in range(10)]
    looked[0] = seen(0, [20, 50, 40, 90], [0, 150, 60, 230], [100, 150, 140, 200])
    fit = truth.measure_agreement(looked, find_tracklets(looked, Association()), real)
    assert (fit.precision, fit.recall, fit.switches) == (pytest.approx(8 / 9), pytest.approx(8 / 20), 0)
    assert fit.identity == 1


def test_a_change_of_identity_is_counted():
    looked = [seen(k / 10, [20 + k, 50, 40 + k, 90]) for k in range(10)]
    followed = find_tracklets(looked[:5], Association()) + find_tracklets(looked[5:], Association())
    fit = truth.measure_agreement(looked, followed, annotated(thing(1, 20)))
    assert fit.switches == 1 and fit.identity == pytest.approx(8 / 9)


def test_what_is_known_is_read_as_it_was_written(tmp_path):
    here = scene(3, [(10, 20, 1, 0)], found_in=(0, 2))
    for name in ("a.npz", "b.npz"):
        write_observations(tmp_path / name, here)
    back = read_observations(tmp_path / "a.npz")
    assert (back.size, back.names, back.times.tolist()) == (here.size, here.names, here.times.tolist())
    for kind in ("found", "true"):
        for name in observations.FIELDS:
            assert getattr(getattr(back, kind), name).tolist() == getattr(getattr(here, kind), name).tolist()
    assert (tmp_path / "a.npz").read_bytes() == (tmp_path / "b.npz").read_bytes()


def test_what_became_of_videos_and_tracks_is_said():
    detector = {"weights": "w.onnx"}
    truths = [
        {"video": "a", "reason": "", "detail": "", "detections": 5, "frames": 9, "detector": detector},
        {"video": "b", "reason": "unusable", "detail": "no video", "detections": 0, "frames": 0, "detector": detector},
        {"video": "c", "reason": "", "detail": "", "detections": 0, "frames": 9, "detector": detector},
    ]
    records, declared = [{"video": "a", "tracks": [0, 2], "without_truth": [1, 2]}], {"a": Declared("a")}
    items = list(list_outcomes(truths, records, declared))
    assert [(own.name, own.reason) for own in items] == [
        ("a", ""), ("b", "unusable"), ("c", "empty"), ("a 0", ""), ("a 1", "untrue"), ("a 2", ""),
    ]  # fmt: skip
    kept_out = list_outcomes(truths, records, {"a": Declared("a", training=False)})
    reasons = ["", "unusable", "empty", "not-for-training", "untrue", "not-for-training"]
    assert [item.reason for item in kept_out] == reasons


# ---- a video and a detector -----------------------------------------------------------------------------------------

SETTINGS = DetectorSettings(batch=5)


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    """A video of 20 frames in which the same dog is found in each, and annotations of a dog close to it."""
    folder = tmp_path_factory.mktemp("looked")
    make_video(folder / "v.mp4", [7] * 20, size=(320, 180), rate=25)
    make_weights(folder / "w.onnx", output_columns((160, 160, 120, 100, 0.1, 0.7, 0.3)))
    boxes = [[102, 42, 222, 142]] * 20
    real = Truth((320, 180), Fraction(25), 20, objects=(Object(range(20), boxes, [1.0] * 20, id=5, name="dog"),))
    write_truth(folder / "truth.json", real)
    return folder


def look(study, wanted, annotations=("truth.json",), status="ok"):
    probe = Probe("v", status, "no video" if status != "ok" else "", use=(0.0, 0.8))
    detector = truth.build_detector(SETTINGS, study / "w.onnx")
    files = [study / name for name in annotations]
    return truth.observe_video(study / "v.mp4", probe, files, wanted, detector, SETTINGS, 12)


@pytest.mark.parametrize(
    ("wanted", "annotations", "source", "who"),
    [
        pytest.param("auto", ["truth.json"], "annotations", 5, id="annotations where there are some"),
        pytest.param("auto", [], "detector", 0, id="the detector where there are none"),
        pytest.param("detector", ["truth.json"], "detector", 0, id="the detector where it is asked for"),
        pytest.param("annotations", ["truth.json"], "annotations", 5, id="annotations where they are asked for"),
    ],
)
def test_the_source_of_the_truth_is_named(study, wanted, annotations, source, who):
    here, record = look(study, wanted, annotations)
    assert (record["truth"], record["frames"], record["detections"]) == (source, 12, 12)
    assert {*here.found.objects.tolist()} == {*here.true.objects.tolist()} == {who}
    assert here.times.tolist() == pytest.approx([k / 25 for k in range(12)])
    assert (record["agreement"] is not None) == bool(annotations)
    if annotations:
        assert record["agreement"] == {"precision": 1.0, "recall": 1.0, "identity": 1.0, "switches": 0}


@pytest.mark.parametrize(
    ("case", "reason"),
    [
        pytest.param({"wanted": "annotations", "annotations": []}, "unannotated", id="no annotations"),
        pytest.param({"wanted": "auto", "status": "broken"}, "unusable", id="a video that can't be used"),
    ],
)
def test_a_video_that_gives_nothing_is_an_outcome(study, case, reason):
    here, record = look(study, **case)
    assert record["reason"] == reason and record["detail"] and len(here.times) == 0


@pytest.mark.parametrize("definition", ["framewright", "compat"])
def test_a_video_becomes_samples_by_either_definition(study, definition):
    here, _ = look(study, "auto")
    rows, record = collect.sample_video(study / "v.mp4", "v", here, [0.0, 0.8], Sampling(every=5), definition)
    assert len(rows) >= 11 and {own.iou_label for own in rows} == {"low"} and {own.object for own in rows} == {5}
    assert record["definition"] == {"name": definition, "version": DEFINITIONS[definition].version} and record[
        "samples"
    ] == len(rows)
