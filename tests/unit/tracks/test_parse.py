"""From a video and its segments to tracks, with weights that see the same in every frame; and what is told of it."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from make_video import make_video
from make_weights import columns, make_weights

from framewright.tracks.objects.contract import check_objects, list_track_outcomes, warn_of_nothing, write_record
from framewright.tracks.objects.options import Association, DetectorSettings, Keep
from framewright.tracks.objects.parse import open_objects_detector, parse
from framewright.tracks.objects.prompts import read_prompts

LVIS = Path(__file__).parents[3] / "config/prompts/lvis.txt"
DETECTOR = DetectorSettings(image_size=320, nms=0.7)
ASSOCIATION = Association(nms=0.7, high_score=0.25, min_overlap=0.1, lost_seconds=1.0)
KEEP = Keep(min_seconds=1.5)
LARGE, SMALL = (160, 160, 120, 100, 0.1, 0.7, 0.3), (40, 130, 20, 20, 0.9, 0.1, 0.1)
SEGMENTS = [(0.0, 2.0), (2.0, 4.0), (4.0, 5.0)]


@pytest.fixture(scope="module")
def film(tmp_path_factory):
    return make_video(tmp_path_factory.mktemp("film") / "v.mp4", range(125), size=(320, 180), rate=25)


def parsed(film, tmp_path, *objects, segments=SEGMENTS, batch=4, **weights):
    path = make_weights(tmp_path / "w.onnx", columns(*objects), **weights)
    return parse(film, "v", segments, open_objects_detector(DETECTOR, path, [LVIS]), ASSOCIATION, KEEP, batch)


def test_a_thing_seen_throughout_is_a_track_of_its_own_in_each_segment(film, tmp_path):
    found, record = parsed(film, tmp_path, LARGE, SMALL)
    assert [(own.video, own.size, own.names) for own in found] == [("v", (320, 180), ("dog", "car", "person"))] * 2
    first, second = sorted(found, key=lambda own: own.times[0])
    assert (first.times[0], second.times[0]) == (0.0, 2.0) and first.times[-1] < 2.0 <= second.times[0]
    assert np.allclose(first.boxes, [100, 40, 220, 140]) and len(first.times) == 32
    assert first.probability == pytest.approx((0.7, 0.3, 0.1)) and first.score == pytest.approx((0.49, 0.21, 0.07))
    # the third segment is too short for the track of the large thing, and the small one is small in the others
    assert record["dropped"] == {"short": 2, "small": 2, "duplicate": 0}
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
    detector = open_objects_detector(replace(DETECTOR, renames=True), path, [tmp_path / "p.txt"])
    found, _ = parse(film, "v", SEGMENTS[:1], detector, ASSOCIATION, KEEP, 4)
    assert found[0].names == ("bowl", "bow (weapon)", "cup")
    assert read_prompts(tmp_path / "p.txt")[0] == "photo of a cup"


def test_slower_videos_lose_sight_of_things_after_the_same_time(tmp_path):
    """At 4 frames a second a thing that is unseen for two frames is still the same thing."""
    slow = make_video(tmp_path / "slow.mp4", range(16), size=(320, 180), rate=4)
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
    nothing, segments = records(film, tmp_path, (0, 0, 0, 0, 0, 0, 0))
    something, _ = records(film, tmp_path, LARGE)
    assert "w.onnx found nothing at all in 80 frames of 1 videos" in warn_of_nothing([nothing])
    assert warn_of_nothing([nothing, something]) == "" == warn_of_nothing([])
    assert "nothing at all" in check_objects([nothing], [segments])[0].detail


def test_a_segment_that_was_left_out_breaks_the_contract(film, tmp_path):
    record, segments = records(film, tmp_path, LARGE)
    assert [own.ok for own in check_objects([record], [segments])] == [True]
    less = record | {"segments": record["segments"][:-1]}
    assert [own.ok for own in check_objects([less], [segments])] == [False]
    across = json.loads(json.dumps(record))
    across["segments"][0]["times"][-1] = 2.1
    assert [own.ok for own in check_objects([across], [segments])] == [False]
