"""A record joins what was fetched, what the table says and what the file is; the summary has a row for each."""

from pathlib import Path

import pytest
from counting import Counting
from make_video import make_video

from framewright.sources.describe import Part, describe
from framewright.sources.outcome import Outcome
from framewright.sources.summary import summarise_videos
from framewright.study.declared import Declared
from framewright.video.probe import as_probe

ASKED = {"start": None, "end": None, "colour": None, "sha256": None}
LIMITS = {"seconds": 60, "mebibytes": 4096}


def outcome(**changes) -> Outcome:
    record = {"video": "one", "source": "one.mp4", "kind": "local", "status": "ok", "reason": None, "detail": ""}
    record |= {"retry": False, "bytes": 1, "sha256": None, "url": None, "format": None}
    return Outcome(**record | changes)


@pytest.fixture(scope="module")
def film(tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("film") / "one.mp4"
    make_video(path, range(30))
    return path


def test_a_good_film_is_used_whole(film):
    record = describe(film, outcome(), Part(**ASKED), **LIMITS)
    assert (record["status"], record["reason"], record["use"]) == ("ok", None, [0.0, 1.0])
    assert record["video"] == "one"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("asked", "use"),
    [
        pytest.param({"start": 0.25}, [0.25, 1.0], id="from a start"),
        pytest.param({"end": 0.5}, [0.0, 0.5], id="to an end"),
        pytest.param({"start": 0.25, "end": 99}, [0.25, 1.0], id="beyond the end"),
    ],
)
def test_the_table_limits_what_is_used(film, asked, use):
    assert describe(film, outcome(), Part(**ASKED | asked), **LIMITS)["use"] == use


@pytest.mark.parametrize(
    ("asked", "reason"),
    [
        pytest.param({"start": 1.0}, "it ends at 1.000 s, before the start of 1.0 s", id="starts after it ended"),
        pytest.param({"sha256": "0" * 64}, f"not {'0' * 64} as the table says", id="other bytes than promised"),
    ],
)
def test_what_does_not_fit_the_table_is_rejected(film, asked, reason):
    record = describe(film, outcome(), Part(**ASKED | asked), **LIMITS)
    assert record["status"] == "rejected"
    assert reason in record["reason"]
    assert record["use"] is None


def test_the_table_overrules_the_colour_tags(film):
    record = describe(film, outcome(), Part(**ASKED | {"colour": "PQ"}), **LIMITS)
    assert (record["colour"]["class"], record["colour"]["forced"]) == ("PQ", True)


def test_a_dead_source_keeps_its_reason_and_every_key(film):
    dead = outcome(status="dead", reason="gone", detail="the server says 404")
    record = describe("nowhere", dead, Part(**ASKED), **LIMITS)
    assert (record["status"], record["reason"]) == ("rejected", "the server says 404")
    assert record.keys() == describe(film, outcome(), Part(**ASKED), **LIMITS).keys()


def test_the_summary_has_a_row_for_each_and_no_cell_breaks_it(film):
    dead = outcome(video="two", source="odd\tname\n.mp4", status="dead", reason="gone", detail="gone", retry=True)
    pairs = [(each, as_probe(describe(film, each, Part(**ASKED), **LIMITS))) for each in (outcome(), dead)]
    text, items, counts = summarise_videos(pairs, {"one": Declared("one", licence="CC0-1.0"), "two": Declared("two")})
    header, *rows = [line.split("\t") for line in text.splitlines()]
    assert [len(row) for row in rows] == [len(header)] * 2
    assert [dict(zip(header, row, strict=True))["status"] for row in rows] == ["ok", "dead"]
    assert dict(zip(header, rows[1], strict=True))["retry"] == "yes"
    assert counts == "1 dead, 1 ok"
    assert [(item.stage, item.video, item.reason) for item in items] == [
        ("source", "one", ""),
        ("source", "two", "gone"),
        ("probe", "one", ""),
    ]


def test_how_far_a_file_is_read_is_counted(film):
    counting = Counting()
    described = describe(film, outcome(), Part(**ASKED), **LIMITS, progress=counting)
    assert described["status"] == "ok"
    passes, megabytes = counting.loops
    assert passes == [2, "passes over the file", 2]
    size = film.stat().st_size / 1e6
    assert megabytes == [size, "MB", pytest.approx(size)]
