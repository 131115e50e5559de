"""A contract holds, or it names what breaks it; that of the sources notices each way in which a record can be wrong."""

import copy
import logging
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

from framewright.errors import UserError
from framewright.sources.contract import Source, check_sources
from framewright.sources.outcome import Outcome
from framewright.study.contract import (
    Finding,
    hold,
    join_parts,
    make_finding,
    make_part,
    read_contract,
    read_parts,
    write_contract,
    write_parts,
)
from framewright.truth import Object, Truth
from framewright.video.examine import empty_record

LOG = logging.getLogger("framewright")


def test_writing_and_reading_gives_the_same_findings(tmp_path):
    findings = [Finding("clips decode", True, "12 clips"), Finding("no leak", False, "ä in train and test")]
    write_contract(tmp_path / "contract.json", findings)
    assert read_contract(tmp_path / "contract.json") == findings
    before = (tmp_path / "contract.json").read_bytes()
    write_contract(tmp_path / "contract.json", findings)
    assert (tmp_path / "contract.json").read_bytes() == before


@pytest.mark.parametrize("text", ["", "[1]", '[{"name": "x"}]', "{}x"])
def test_a_file_that_is_no_contract_is_said_to_be_none(tmp_path, text):
    (tmp_path / "contract.json").write_text(text)
    with pytest.raises(UserError, match="not a contract"):
        read_contract(tmp_path / "contract.json")


def test_the_first_offenders_are_named_and_the_others_counted():
    assert make_finding("x", "abcde") == Finding("x", False, "a; b; c and 2 more")
    assert make_finding("x", [], "5 of 5") == Finding("x", True, "5 of 5")


def test_a_broken_promise_is_an_error_that_names_it_after_all_were_logged(caplog):
    caplog.set_level(logging.INFO)
    with pytest.raises(UserError, match=r"1 of 2 promises broken: no leak: one\.mp4"):
        hold([Finding("no leak", False, "one.mp4"), Finding("clips decode", True)], LOG)
    assert caplog.messages == ["BROKEN: no leak (one.mp4)", "holds:  clips decode"]


def test_promises_that_hold_pass_through():
    assert hold(iter([Finding("clips decode", True)]), LOG) == [Finding("clips decode", True)]


# ---- the sources ----------------------------------------------------------------------------------------------------

GOT = Outcome("one", "film.mp4", "local", "ok", None, "", False, 4, None, None, None)
GONE = replace(GOT, video="gone", status="dead", reason="gone", detail="film.mp4 does not exist", bytes=0)
FOUND = {"video": "one"} | empty_record("") | {"use": [0.0, 2.0]}
FOUND |= {"status": "ok", "reason": None, "sha256": "0" * 64, "bytes": 4, "frames": 50, "duration": 2.0, "start": 0.0}
FOUND |= {
    "rate": "25",
    "displayed_size": [64, 48],
    "codec": "h264",
    "colour": {"class": "SDR"},
    "keyframes": [0.0, 1.0],
}
CAR = Object([0, 1], [[-5, -5, 9, 9], [70, 0, 80, 9]], [1, 0], id=1, name="car")
TRUTH = Truth((64, 48), Fraction(25), 50, objects=(CAR,))


@pytest.fixture
def sources(tmp_path):
    """A usable video with its truth, and a dead one."""
    (tmp_path / "film").write_bytes(b"film")
    (tmp_path / "one").symlink_to(tmp_path / "film")
    (tmp_path / "gone").touch()
    dead = {"video": "gone"} | empty_record(GONE.detail) | {"use": None}
    return {
        "one": Source(tmp_path / "one", GOT, copy.deepcopy(FOUND), TRUTH),
        "gone": Source(tmp_path / "gone", GONE, dead, None),
    }


STATUSES = {"one": "ok", "gone": "dead"}


def broken(sources, statuses=STATUSES, declared=STATUSES) -> list[str]:
    return [f"{own.name}: {own.detail}" for own in check_sources(sources.values(), statuses, declared) if not own.ok]


def test_good_sources_keep_every_promise(sources):
    assert broken(sources) == []
    assert check_sources(sources.values(), STATUSES, STATUSES)[0].detail == "1 dead, 1 ok"


def test_frames_and_objects_of_all_videos_are_counted(sources):
    """Videos without a truth have no objects, and dead ones no frames."""
    details = {found.name: found.detail for found in check_sources(sources.values(), STATUSES, STATUSES)}
    assert [detail for detail in details.values() if "frames" in detail] == ["50 frames"]
    assert [detail for detail in details.values() if "objects" in detail] == ["1 objects"]


BAD_VALUES = [
    ({"rate": "25.0"}, "each record has valid values: one: rate = '25.0'"),
    ({"displayed_size": [64, 0]}, "each record has valid values: one: displayed_size = [64, 0]"),
    ({"rotation": 45}, "each record has valid values: one: rotation = 45"),
    ({"sha256": "abc"}, "each record has valid values: one: sha256 = 'abc'"),
    ({"frames": -1}, "each record has valid values: one: frames = -1"),
    ({"reason": "it is odd"}, "what can't be used has a reason, and nothing else has: one: ok, reason 'it is odd'"),
    ({"status": "rejected"}, "what can't be used has a reason, and nothing else has: one: rejected, reason None"),
    ({"frames": 0}, "what can be used has frames: one: no frames"),
    ({"displayed_size": None}, "what can be used has frames: one: no displayed_size"),
    ({"keyframes": [1.0, 0.0]}, "key frames ascend, and lie within the duration: one: they do not ascend"),
    (
        {"keyframes": [0.0, 9.0]},
        "key frames ascend, and lie within the duration: one: 9.0 s is not within 0.0 to 2.0 s",
    ),
    ({"use": [1.0, 3.0]}, "the part to use lies within the duration: one: 1.0 to 3.0 s is not within 0.0 to 2.0 s"),
    ({"bytes": 5}, "each file is there, and each link leads to one: one: 4 bytes, 5 in its record"),
    ({"extra": 1}, "each record has all keys: one: extra missing or unknown"),
]


@pytest.mark.parametrize(("values", "said"), BAD_VALUES, ids=lambda value: str(value)[:40])
def test_a_wrong_record_breaks_the_promise_about_it(sources, values, said):
    sources["one"].probe.update(values)
    assert said in broken(sources)


def test_a_key_that_is_missing_is_named(sources):
    del sources["gone"].probe["codec"]
    assert broken(sources) == ["each record has all keys: gone: codec missing or unknown"]


def test_a_link_that_leads_nowhere_is_named(sources, tmp_path):
    (tmp_path / "film").unlink()
    assert broken(sources) == ["each file is there, and each link leads to one: one: leads nowhere"]


def test_a_dead_source_needs_a_reason(sources):
    sources["gone"] = replace(sources["gone"], outcome=replace(GONE, reason=None))
    assert broken(sources) == ["what can't be used has a reason, and nothing else has: gone: dead without a reason"]


@pytest.mark.parametrize(
    ("statuses", "said"),
    [
        ({"one": "ok"}, "gone: not in the summary"),
        (STATUSES | {"two": "ok"}, "two: not in the table"),
        (STATUSES | {"one": "dead"}, "one: dead in the summary, ok in its record"),
    ],
    ids=["a row too few", "a row too many", "another status"],
)
def test_the_summary_counts_what_is_there(sources, statuses, said):
    assert broken(sources, statuses) == [f"the summary has a row for each video, and its status: {said}"]


FAR = replace(CAR, boxes=CAR.boxes + 100)
BAD_TRUTHS = [
    (replace(TRUTH, frames=51), "51 frames of (64, 48), the video has 50 of (64, 48)"),
    (replace(TRUTH, size=(128, 96)), "50 frames of (128, 96), the video has 50 of (64, 48)"),
    (replace(TRUTH, objects=(FAR,)), "object 1 is never within 64 x 48 pixels"),
    (replace(TRUTH, objects=(CAR, CAR)), "object id 1 is used twice"),
]


@pytest.mark.parametrize(("box", "seen"), [((-9, 5, 0.5, 9), True), ((-9, 5, 0, 9), False), ((63.5, 5, 70, 9), True)])
def test_a_thing_is_in_the_picture_as_soon_as_any_of_it_is(sources, box, seen):
    edge = replace(CAR, boxes=np.tile(np.array(box, CAR.boxes.dtype), (len(CAR.boxes), 1)))
    sources["one"] = replace(sources["one"], truth=replace(TRUTH, objects=(edge,)))
    assert bool(broken(sources)) != seen


@pytest.mark.parametrize(("truth", "said"), BAD_TRUTHS, ids=["too long", "other pixels", "out of sight", "twice"])
def test_a_truth_of_another_video_is_noticed(sources, truth, said):
    sources["one"] = replace(sources["one"], truth=truth)
    assert broken(sources) == [f"the truth is of this video, and its objects are in the picture: one: {said}"]


# ---- parts ----------------------------------------------------------------------------------------------------------


def test_the_promises_of_buckets_add_up(tmp_path):
    one = [make_part("clips are there", [], "{clips:,} clips of {videos} videos", clips=1200, videos=2)]
    other = [make_part("clips are there", [], "{clips:,} clips of {videos} videos", clips=34, videos=1)]
    write_parts(tmp_path / "one.json", one)
    assert read_parts(tmp_path / "one.json") == one
    assert join_parts([one, other]) == [Finding("clips are there", True, "1,234 clips of 3 videos")]


def test_a_promise_that_one_bucket_breaks_is_broken_and_all_faults_are_counted():
    parts = [[make_part("x", ["c", "d"])], [make_part("x", [])], [make_part("x", ["a", "b"])]]
    assert join_parts(parts) == [Finding("x", False, "a; b; c and 1 more")]
    assert [part.ok for (part,) in parts] == [False, True, False]
