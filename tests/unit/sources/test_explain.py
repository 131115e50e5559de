"""One video's way is told from the results alone, with what the user can do about it."""

import json
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path

import pytest
from house import ROOT

from framewright.sources.advice import in_words, list_advice
from framewright.sources.outcome import Outcome
from framewright.study.declared import Declared, write_declared
from framewright.study.funnel import Item, write_outcomes
from framewright.video.examine import empty_record
from framewright.video.probe import as_probe

LOOK = {
    "displayed_size": [640, 360],
    "rate": "30000/1001",
    "rate_varies": False,
    "duration": 18.0,
    "frames": 450,
    "colour": {"class": "HLG"},
    "bit_depth": 10,
    "codec": "hevc",
    "audio": None,
}
GOOD = {"status": "ok", "reason": None, "notes": ["a gap"]} | LOOK


def outcome(**changes) -> Outcome:
    record = {"video": "street", "source": "films/street.mp4", "kind": "local", "status": "ok", "reason": None}
    record |= {"detail": "", "retry": False, "bytes": 1, "sha256": None, "url": None, "format": None}
    return Outcome(**record | changes)


def rejected(reason: str) -> dict:
    return empty_record(reason)


@pytest.fixture
def results(tmp_path) -> Path:
    """A street that two pipelines went on with, and a film that was busy."""
    folder = tmp_path / "results"
    busy = outcome(video="film", kind="http", status="dead", reason="busy", detail="status [503]", retry=True)
    for record, probe in ((outcome(), GOOD), (busy, rejected("status [503]"))):
        (folder / "sources" / record.video).mkdir(parents=True)
        (folder / "sources" / record.video / "source.json").write_text(json.dumps(asdict(record)))
        (folder / "sources" / record.video / "probe.json").write_text(json.dumps(probe))
    (folder / "sources/declared").mkdir()
    write_declared(folder / "sources/declared/0-of-1.tsv", [Declared("film"), Declared("street", licence="CC0-1.0")])
    (folder / "flexpatch").mkdir()
    source = [Item("source", "street"), Item("source", "film", "", "busy", "status [503]"), Item("probe", "street")]
    write_outcomes(folder / "sources/outcomes.tsv", source)
    clips = [Item("clip", "street", f"street-{k}", "short" * (k > 2), "it has 2 frames") for k in range(1, 6)]
    write_outcomes(folder / "flexpatch/outcomes.tsv", [*clips, Item("clip", "other", "other-1")])
    return folder


def explain(*arguments: object) -> subprocess.CompletedProcess:
    command = [sys.executable, ROOT / "scripts/explain.py", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_a_videos_way_is_told_stage_by_stage(results):
    assert explain("street", results).stdout.splitlines() == [
        "street  films/street.mp4",
        "640 x 360 pixels, 29.97 frames per second, 18.000 s (450 frames), HLG, 10 bit, hevc, no sound",
        "licence: CC0-1.0",
        "note: a gap",
        "pipeline\tstage\tin\tkept\tdropped\twhy",
        "sources\tsource\t1\t1\t0\t",
        "sources\tprobe\t1\t1\t0\t",
        "flexpatch\tclip\t5\t2\t3\tshort 3 (street-3, street-4, street-5): it has 2 frames",
    ]


def test_what_failed_for_now_says_what_to_do(results):
    assert explain("film", results).stdout.splitlines() == [
        "film  films/street.mp4",
        "pipeline\tstage\tin\tkept\tdropped\twhy",
        "sources\tsource\t1\t0\t1\tbusy: status [503]",
        "to do: make retry-sources, then run again: the cause may have passed",
    ]


def test_an_unknown_video_is_not_found_but_perhaps_meant(results):
    done = explain("stret", results)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == f"explain: no video stret in {results}; did you mean street?\n"


def test_a_folder_without_results_is_said(tmp_path):
    done = explain("street", tmp_path)
    assert done.returncode == 1
    assert done.stderr == f"explain: {tmp_path}: no sources there; run snakemake first, or give the folder of results\n"


def test_a_video_that_was_not_looked_at_yet_is_said(results):
    (results / "sources/street/probe.json").unlink()
    done = explain("street", results)
    assert done.returncode == 1
    assert done.stderr == f"explain: {results}/sources/street/probe.json: not there yet; run snakemake first\n"


DEAD = {"status": "dead", "reason": "gone"}
ADVICE = [
    pytest.param(outcome(), GOOD, ["licence"], id="no licence"),
    pytest.param(outcome(**DEAD), rejected("no"), ["films/street.mp4"], id="a lost file"),
    pytest.param(outcome(**DEAD, kind="http"), rejected("no"), ["its row", "--reason gone"], id="a lost page"),
    pytest.param(outcome(**DEAD, retry=True), rejected("no"), ["make retry-sources"], id="lost for now"),
    pytest.param(outcome(), rejected("its sha256 is a, not b"), ["sha256"], id="another file"),
    pytest.param(outcome(), rejected("decoding it failed: it crashed"), ["mebibytes"], id="too much to decode"),
    pytest.param(outcome(), rejected("this is text, not a video"), ["another file"], id="no film"),
]


@pytest.mark.parametrize(("record", "probe", "words"), ADVICE)
def test_there_is_advice_for_every_fate(record, probe, words):
    sentences = list_advice(record, as_probe(probe), "")
    assert len(sentences) == len(words)
    assert all(word in sentence for word, sentence in zip(words, sentences, strict=True))


def test_nothing_is_left_to_do_where_all_is_well():
    assert list_advice(outcome(), as_probe(GOOD), "CC0-1.0") == []


def test_a_rate_that_varies_and_sound_are_said():
    words = in_words(as_probe(GOOD | {"rate_varies": True, "audio": {"codec": "aac"}}))
    assert "29.97 frames per second on average, varying" in words
    assert words.endswith("sound in aac")


def test_a_video_that_left_the_table_is_explained_too(results):
    write_declared(results / "sources/declared/0-of-1.tsv", [Declared("film")])
    command = [sys.executable, ROOT / "scripts/explain.py", "street", results]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert "no row of the last run's table names it" in done.stdout and "licence: unknown" in done.stdout
