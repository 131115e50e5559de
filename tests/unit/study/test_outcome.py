import json

import pytest

from framewright.errors import UserError
from framewright.sources.outcome import (
    Dead,
    Fetched,
    Passing,
    check_file,
    read_outcome,
    settle,
    without_password,
    write_outcome,
)

ROW = {"video": "street", "source": "https://example.org/street.mp4", "kind": "http"}


def settled(tmp_path, result, attempt=1):
    def get(target):
        if isinstance(result, Exception):
            target.write_text("half a film")
            raise result
        target.write_text("a film")
        return result

    return settle(get, tmp_path / "video", attempt=attempt, attempts=3, **ROW)


def test_a_video_that_was_got(tmp_path):
    outcome = settled(tmp_path, Fetched(6, "ab" * 32, format="136"))
    assert (outcome.status, outcome.reason, outcome.retry) == ("ok", None, False)
    assert (outcome.bytes, outcome.sha256, outcome.format) == (6, "ab" * 32, "136")
    assert (tmp_path / "video").read_text() == "a film"


@pytest.mark.parametrize("attempt", [1, 2, 3])
def test_a_permanent_cause_is_an_outcome_at_once(tmp_path, attempt):
    outcome = settled(tmp_path, Dead("gone", "the server has no such file"), attempt)
    assert (outcome.status, outcome.reason, outcome.retry) == ("dead", "gone", False)
    assert outcome.detail == "the server has no such file"
    assert (tmp_path / "video").read_bytes() == b""


@pytest.mark.parametrize("attempt", [1, 2])
def test_a_passing_cause_fails_the_job_while_attempts_are_left(tmp_path, attempt):
    with pytest.raises(Passing):
        settled(tmp_path, Passing("network", "no answer"), attempt)


@pytest.mark.parametrize("attempt", [3, 4])
def test_a_passing_cause_is_an_outcome_at_the_last_attempt(tmp_path, attempt):
    outcome = settled(tmp_path, Passing("network", "no answer"), attempt)
    assert (outcome.status, outcome.reason, outcome.retry, outcome.sha256) == ("dead", "network", True, None)
    assert (tmp_path / "video").read_bytes() == b""


def test_other_errors_are_nobodys_outcome(tmp_path):
    with pytest.raises(UserError, match="disk full"):
        settled(tmp_path, UserError("disk full"), attempt=3)


def test_the_record_is_read_as_written_and_has_no_clock(tmp_path):
    outcome = settled(tmp_path, Fetched(6))
    write_outcome(tmp_path / "source.json", outcome)
    assert read_outcome(tmp_path / "source.json") == outcome
    assert json.loads((tmp_path / "source.json").read_text()) == {
        **ROW,
        "status": "ok",
        "reason": None,
        "detail": "",
        "retry": False,
        "bytes": 6,
        "sha256": None,
        "url": None,
        "format": None,
        "fingerprint": None,
    }


@pytest.mark.parametrize("text", ["", "[1]", '{"video": "x"}'])
def test_a_broken_record_says_what_to_do(tmp_path, text):
    (tmp_path / "source.json").write_text(text)
    with pytest.raises(UserError, match="delete it and run again"):
        read_outcome(tmp_path / "source.json")


def test_checked(tmp_path):
    (tmp_path / "film").write_bytes(b"")
    empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert check_file(tmp_path / "film", None) == check_file(tmp_path / "film", empty.upper()) == empty
    with pytest.raises(Dead, match=empty):
        check_file(tmp_path / "film", 64 * "0")


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("https://me:secret@example.org/a@b.mp4?x=1", "https://example.org/a@b.mp4?x=1"),
        ("HTTP://me@example.org", "HTTP://example.org"),
        ("https://example.org/a@b.mp4", "https://example.org/a@b.mp4"),
        ("youtube:me@you", "youtube:me@you"),
    ],
)
def test_passwords_are_left_out(address, shown):
    assert without_password(address) == shown
