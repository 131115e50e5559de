"""The record of a video has types: what was measured comes back, and what is not known is empty."""

from fractions import Fraction

import pytest
from make_video import make_video

from framewright.errors import UserError
from framewright.study.record import write_record
from framewright.video.examine import empty_record, probe
from framewright.video.probe import Probe, ProbeColour, as_probe, read_probe


def test_what_was_measured_comes_back_with_types(tmp_path):
    make_video(tmp_path / "a.mp4", range(30))
    write_record(tmp_path / "probe.json", {"video": "a"} | probe(tmp_path / "a.mp4") | {"use": [0.0, 1.0]})
    found = read_probe(tmp_path / "probe.json")
    assert found.usable and (found.video, found.frames, found.use) == ("a", 30, (0.0, 1.0))
    assert (found.rate, found.displayed_size, found.colour.kind) == (Fraction(30), (64, 48), "unknown")


def test_a_rejected_video_has_its_reason_and_empty_facts():
    found = as_probe({"video": "a"} | empty_record("it is text") | {"use": None})
    assert found == Probe("a", "rejected", "it is text") and not found.usable
    assert (found.displayed_size, found.audio, found.colour) == ((0, 0), "", ProbeColour())


@pytest.mark.parametrize("text", ["", "[]", '{"status": "ok", "rate": "x"}', '{"colour": {"odd": 1}, "status": "ok"}'])
def test_what_is_no_record_is_said_to_be_none(tmp_path, text):
    (tmp_path / "probe.json").write_text(text)
    with pytest.raises(UserError, match="not the record of a video"):
        read_probe(tmp_path / "probe.json")
