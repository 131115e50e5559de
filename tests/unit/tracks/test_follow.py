"""From a video and its segments to tracks, with weights that see the same in every frame; and what is told of it."""

import json
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from make_video import make_video
from make_weights import columns, make_weights

from framewright.detector import Detections
from framewright.study.record import write_record
from framewright.tracks.objects.contract import (
    check_objects,
    describe_search,
    list_track_outcomes,
    summarise_search,
    warn_of_limits,
    warn_of_nothing,
)
from framewright.tracks.objects.detect import detect, detect_video, open_object_detector
from framewright.tracks.objects.detections import CLASS_FLOOR, DetectionsReader
from framewright.tracks.objects.follow import follow
from framewright.tracks.objects.options import Association, DetectorSettings, Keep
from framewright.tracks.objects.prompts import read_prompts
from framewright.video.stream import open_video

LVIS = Path(__file__).parents[3] / "config/prompts/lvis.txt"
DETECTOR = DetectorSettings(image_size=320, nms=0.7)
ASSOCIATION = Association(nms=0.7, high_score=0.25, min_overlap=0.1, lost_seconds=1.0)
KEEP = Keep(min_seconds=1.5)
LARGE, SMALL = (160, 160, 120, 100, 0.1, 0.7, 0.3), (40, 130, 20, 20, 0.9, 0.1, 0.1)
SEGMENTS = [(0.0, 2.0), (2.0, 4.0), (4.0, 5.0)]


@pytest.fixture(scope="module")
def film(tmp_path_factory):
    return make_video(tmp_path_factory.mktemp("film") / "v.mp4", [5] * 125, size=(320, 180), rate=25)


def search(film, tmp_path, *objects, segments=SEGMENTS, batch=4, **weights):
    """The file of detections of a film, by a detector that finds these objects in each frame."""
    path = make_weights(tmp_path / "w.onnx", columns(*objects), **weights)
    target = tmp_path / f"detections{batch}.npz"
    detect_video(film, target, segments, open_object_detector(DETECTOR, [path], [LVIS]), DETECTOR.rate, batch)
    return target


def parsed(film, tmp_path, *objects, **how):
    return follow(DetectionsReader(search(film, tmp_path, *objects, **how)), "v", ASSOCIATION, KEEP)


@pytest.mark.slow
def test_a_thing_seen_throughout_is_a_track_of_its_own_in_each_segment(film, tmp_path):
    found, record = parsed(film, tmp_path, LARGE, SMALL)
    assert [(own.video, own.size, own.names) for own in found] == [("v", (320, 180), ("dog", "car", "person"))] * 2
    first, second = sorted(found, key=lambda own: own.times[0])
    assert (first.times[0], second.times[0]) == (0.0, 2.0) and first.times[-1] < 2.0 <= second.times[0]
    assert np.allclose(first.boxes, [100, 40, 220, 140]) and len(first.times) == 32
    assert first.probability == pytest.approx((0.7, 0.3, 0.1)) and first.score == pytest.approx((0.49, 0.21, 0.07))
    # the third segment is too short for the track of the large thing, and the small one is small in the others
    assert record["dropped"] == {"unconfirmed": 0, "short": 2, "small": 2, "duplicate": 0}
    assert record["tracks"] == sorted(own.tid for own in found)


def test_the_record_says_when_frames_were_looked_at_and_by_which_weights(film, tmp_path):
    _, record = parsed(film, tmp_path, LARGE, SMALL)
    assert record["detector"]["weights"] == "w.onnx" and record["detector"]["classes"] == 3
    assert [(part["start"], part["end"]) for part in record["segments"]] == SEGMENTS
    assert [part["objects"] for part in record["segments"]] == [64, 64, 32]
    for part in record["segments"]:
        times = np.array(part["times"])
        assert part["start"] <= times[0] and times[-1] < part["end"]
        assert np.all(np.diff(times) > 0) and np.abs(np.diff(times) - 1 / 16).max() <= 0.04


@pytest.mark.slow
def test_neither_batches_nor_repetition_change_a_byte(film, tmp_path):
    written = []
    for batch in (1, 8, 8):
        _, record = parsed(film, tmp_path, LARGE, SMALL, batch=batch)
        write_record(tmp_path / "r.json", record)
        written.append((tmp_path / "r.json").read_bytes())
    assert written[0] == written[1] == written[2]


def test_a_video_without_segments_is_not_even_opened(tmp_path):
    found, record = parsed(tmp_path / "gone.mp4", tmp_path, LARGE, segments=[])
    assert found == [] and record["segments"] == [] and record["tracks"] == []


def test_names_lose_what_prompts_have_around_them(film, tmp_path):
    (tmp_path / "p.txt").write_text("photo of a cup\nbowl (also known as dish)\nbow (weapon)\n")
    path = make_weights(tmp_path / "w.onnx", columns(LARGE))
    detector = open_object_detector(replace(DETECTOR, renames=True), [path], [tmp_path / "p.txt"])
    detect_video(film, tmp_path / "d.npz", SEGMENTS[:1], detector, 16, 4)
    found, _ = follow(DetectionsReader(tmp_path / "d.npz"), "v", ASSOCIATION, KEEP)
    assert found[0].names == ("bowl", "bow (weapon)", "cup")
    assert read_prompts(tmp_path / "p.txt")[0] == "photo of a cup"


def test_slower_videos_lose_sight_of_things_after_the_same_time(tmp_path):
    """At 4 frames a second a thing that is unseen for two frames is still the same thing."""
    slow = make_video(tmp_path / "slow.mp4", [5] * 16, size=(320, 180), rate=4)
    found, record = parsed(slow, tmp_path, LARGE, segments=[(0.0, 4.0)])
    assert [len(own.times) for own in found] == [16] and len(record["segments"][0]["times"]) == 16


# ---- what is told ---------------------------------------------------------------------------------------------------


def records(film, tmp_path, *objects):
    _, record = parsed(film, tmp_path, *objects)
    segments = {"video": "v", "segments": [{"start": a, "end": b, "reason": ""} for a, b in SEGMENTS]}
    return json.loads(json.dumps(record)), segments


def test_every_object_followed_is_in_the_funnel_with_its_reason(film, tmp_path):
    record, _ = records(film, tmp_path, LARGE, SMALL)
    items = list(list_track_outcomes([record]))
    assert [item.reason for item in items] == ["", "", "short", "short", "small", "small"]
    assert len({item.name for item in items}) == 6 and {item.stage for item in items} == {"track"}


def test_a_detector_that_finds_nothing_in_a_whole_run_is_named(film, tmp_path):
    nothing, _ = records(film, tmp_path, (0, 0, 0, 0, 0, 0, 0))
    something, _ = records(film, tmp_path, LARGE)
    nothing, something = summarise_search(nothing), summarise_search(something)
    assert "w.onnx found nothing at all in 80 frames of 1 videos" in warn_of_nothing([nothing])
    assert warn_of_nothing([nothing, something]) == "" == warn_of_nothing([])
    assert "nothing at all" in describe_search([nothing])


def test_a_segment_that_was_left_out_breaks_the_contract(film, tmp_path):
    record, segments = records(film, tmp_path, LARGE)
    assert check_objects([record], [segments]).ok
    less = record | {"segments": record["segments"][:-1]}
    assert not check_objects([less], [segments]).ok
    across = json.loads(json.dumps(record))
    across["segments"][0]["times"][-1] = 2.1
    assert not check_objects([across], [segments]).ok


# ---- what is stored -------------------------------------------------------------------------------------------------


def test_numpy_opens_what_was_detected_and_each_array_is_as_documented(film, tmp_path):
    with np.load(search(film, tmp_path, LARGE, SMALL), allow_pickle=False) as arrays:
        assert arrays["size"].tolist() == [320, 180] and arrays["segments"].tolist() == [list(own) for own in SEGMENTS]
        assert arrays["names"].tolist() == ["person", "dog", "car"] and len(arrays["weights"][1]) == 64
        frames = len(arrays["0/times"])
        assert arrays["0/counts"].tolist() == [2] * frames and arrays["0/motion"].shape == (frames, 6)
        assert arrays["0/boxes"].shape == (2 * frames, 4) and arrays["0/boxes"].dtype == np.float32
        assert arrays["0/appearance"].shape == (2 * frames, 128) and arrays["0/appearance"].dtype == np.uint8
        assert arrays["0/class_counts"].sum() == len(arrays["0/classes"]) == len(arrays["0/class_scores"])


def test_what_is_read_is_what_was_found(film, tmp_path):
    path = make_weights(tmp_path / "w.onnx", columns(LARGE, SMALL))
    detector = open_object_detector(DETECTOR, [path], [LVIS])
    with open_video(film) as video:
        found = list(detect(video, SEGMENTS[1], detector, Fraction(16), 4))
    reader = DetectionsReader(search(film, tmp_path, LARGE, SMALL))
    for one, other in zip(found, reader.frames(1), strict=True):
        assert one.time == other.time and (one.boxes == other.boxes).all() and (one.scores == other.scores).all()
        assert np.abs(one.classes - other.classes).max() < CLASS_FLOOR and (one.appearance == other.appearance).all()


def test_the_same_detections_are_the_same_bytes_however_many_frames_are_searched_at_once(film, tmp_path):
    assert search(film, tmp_path, LARGE, batch=1).read_bytes() == search(film, tmp_path, LARGE, batch=8).read_bytes()


def test_tracks_change_with_what_is_kept_and_detections_do_not(film, tmp_path):
    reader = DetectionsReader(search(film, tmp_path, LARGE))
    assert len(follow(reader, "v", ASSOCIATION, KEEP)[0]) == 2
    assert follow(reader, "v", ASSOCIATION, replace(KEEP, min_seconds=9))[1]["dropped"]["short"] == 3


def test_what_is_detected_in_one_frame_alone_is_in_the_funnel(film, tmp_path):
    class Once:
        """Finds something in the fifth frame."""

        path, names, calls = tmp_path / "w.onnx", ("thing",), 0

        def __call__(self, frames):
            self.calls += len(frames)
            count = int(self.calls == 5)
            boxes = np.tile(np.float32([10, 10, 90, 90]), (count, 1))
            return [Detections(boxes, np.full(count, 0.9, np.float32), np.full((count, 1), 0.9, np.float32))] * len(
                frames
            )

    make_weights(tmp_path / "w.onnx", columns(LARGE))
    detect_video(film, tmp_path / "d.npz", SEGMENTS[:1], Once(), 16, 1)
    kept, record = follow(DetectionsReader(tmp_path / "d.npz"), "v", ASSOCIATION, KEEP)
    (item,) = list_track_outcomes([record])
    assert kept == [] and (item.reason, item.detail) == ("unconfirmed", "detected in one frame alone")


def test_when_nearly_all_is_dropped_the_hint_says_how_many_looser_limits_keep(film, tmp_path):
    reader = DetectionsReader(search(film, tmp_path, LARGE, SMALL))
    strict, usual = (follow(reader, "v", ASSOCIATION, keep)[1] for keep in (Keep(3.0, 0.1), Keep(0.5, 0.001)))
    assert (strict["tracks"], strict["with_loose_limits"], usual["with_loose_limits"]) == ([], 2, None)
    assert "tracks.keep drops 6 of 6 objects; 2 tracks would pass with" in warn_of_limits([strict])
    assert warn_of_limits([usual]) == "" == warn_of_limits([])
    assert "2 tracks would pass" in describe_search([summarise_search(strict)])
