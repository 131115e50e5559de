"""The card of the tracks: what it says of segments, tracks and clips, and under which settings it says what."""

import json
from dataclasses import replace

import mlcroissant as mlc
import numpy as np
import pyarrow.parquet as pq
import pytest
import yaml
from house import ROOT
from loading import load

from framewright.report.card import check, read_store, write_croissant, write_index
from framewright.report.citation import read_citation
from framewright.report.readme import write_readme
from framewright.study.declared import Declared
from framewright.study.funnel import Item, write_outcomes
from framewright.study.rows import write_rows
from framewright.tracks.card import (
    DATASET,
    choose_figure,
    describe_clips,
    describe_dataset,
    describe_figures,
    list_segment_rows,
    list_track_rows,
)
from framewright.tracks.card_facts import CardFacts
from framewright.tracks.clips.record import Clip
from framewright.tracks.meta import new_track
from framewright.tracks.row_columns import COLUMNS
from framewright.tracks.rows import make_row

FACTS = CardFacts(demo_detector=True, aesthetic=True)
SCORES = {"sharpness": 60.0}
SOURCE_ROWS = [{"video": "v", "sha256": "ab" * 32, "source": None, "licence": "CC0-1.0"}]
FILM = bytes([0, 255, 128]) * 9  # no text, as films are
CITATION = read_citation(ROOT / "CITATION.cff")
RECORD = {
    "video": "v",
    "segments": [
        {"start": 0.0, "end": 4.0, "reason": "", "scores": SCORES},
        {"start": 4.0, "end": 5.0, "reason": "length", "scores": SCORES},
        {"start": 5.0, "end": 125.0, "reason": "", "scores": SCORES},
    ],
}


@pytest.fixture
def card(tmp_path):
    """A card of two tracks, one with a clip, and two segments."""
    times = np.arange(64) / 16
    boxes = np.tile([[-10.0, 0.0, 50.0, 50.0]], (64, 1))
    scores = np.array([[0.8, 0.1], [0.1, 0.1], [0.6, 0.0], [0.1, 0.0]])
    tracks = [new_track("v", (100, 50), times + start, boxes, (3, 1), ("dog", "cat"), scores) for start in (0, 6)]
    tracks.sort(key=lambda track: track.tid)
    clips = [
        Clip(tracks[0].tid, tracks[0].fn, "", "", (50, 50), 96, tracks[0].times[0], tracks[0].times[-1], "25"),
        Clip(tracks[1].tid, tracks[1].fn, "duplicate", "shows what another shows"),
    ]
    write_outcomes(tmp_path / "tracks.tsv", [Item("clip", "v", clip.tid, clip.reason) for clip in clips])
    (tmp_path / "card").mkdir()
    index = tmp_path / "card/index.parquet"
    hidden = new_track("w", (100, 50), times, boxes, (3, 1), ("dog", "cat"), scores)
    rows = [make_row(track, b"", clip, {}, "Own") for track, clip in zip(tracks, clips, strict=True)]
    rows.append(make_row(hidden, b"", Clip(hidden.tid, hidden.fn), {}, "Own"))
    write_rows(tmp_path / "rows.parquet", COLUMNS, rows, {"w": Declared("w", training=False)})
    write_index(index, DATASET, list_track_rows([tmp_path / "rows.parquet"], {"w"}))
    accounts = [{"video": "v", "why_not": "", "segments": RECORD}]
    accounts.append({"video": "w", "why_not": "not-for-training", "segments": RECORD | {"video": "w"}})
    write_index(index.with_name("segments.parquet"), DATASET, list_segment_rows(accounts), "segments")
    path = tmp_path / "tracks_mp4/Own" / tracks[0].fn
    path.parent.mkdir(parents=True)
    path.write_bytes(FILM)
    write_index(index.with_name("sources.parquet"), DATASET, SOURCE_ROWS, "sources")
    known = describe_dataset(FACTS, describe_figures(index, "Fits."))
    known = replace(known, media={"clips": describe_clips(index, "Own")})
    store = read_store({"tracks": tmp_path / "tracks.tsv"}, {"v": "CC0-1.0"}, {"tracks": {}}, CITATION)
    write_readme(index.with_name("README.md"), known, store, index)
    write_croissant(index.with_name("croissant.json"), known, store, index)
    return index.parent


def test_programs_read_tracks_and_segments(card):
    read = mlc.Dataset(card / "croissant.json")
    tracks, segments = list(read.records("tracks")), list(read.records("segments"))
    assert [own["segments/segment"] for own in segments] == [b"v 0", b"v 1"]
    assert [own["segments/end"] for own in segments] == [4.0, 125.0]
    made, none = tracks
    assert made["tracks/clip"].startswith(b"TJ/TJRIXgwhrmx-dog-") and none["tracks/clip"] is None
    assert (none["tracks/reason"], none["tracks/frames"]) == (b"duplicate", None)
    assert (made["tracks/label"], made["tracks/name"], made["tracks/score"]) == (3, b"dog", 0.6)
    assert (made["tracks/width"], made["tracks/frames"], made["tracks/instants"]) == (50, 96, 64)
    assert made["tracks/area"] == 0.5  # what lies outside the frame does not count


def test_the_first_record_is_the_clip_itself_where_it_lies(card):
    """mlcroissant reads the file in the documented tree: nothing is copied into the card."""
    read = mlc.Dataset(card / "croissant.json")
    (first,) = read.records("clips-examples")
    name = first["clips-examples/file"].decode()
    assert first["clips-examples/content"] == FILM == (card.parent / "tracks_mp4/Own" / name).read_bytes()
    assert name == next(iter(read.records("tracks")))["tracks/clip"].decode()
    written = json.loads((card / "croissant.json").read_text())
    every, examples = (one for one in written["distribution"] if one["@type"] == "cr:FileSet")
    assert (every["includes"], every["encodingFormat"]) == ("*.mp4", "video/mp4") and examples["includes"] == name
    field = next(one for of in written["recordSet"] for one in of["field"] if one["name"] == "content")
    assert field["dataType"] == "sc:VideoObject"
    (card.parent / "tracks_mp4/Own" / name).write_bytes(b"other")
    (again,) = mlc.Dataset(card / "croissant.json").records("clips-examples")
    assert again["clips-examples/content"] == b"other"


def test_a_card_whose_examples_are_gone_is_refused(card):
    index = card / "index.parquet"
    known = replace(DATASET, media={"clips": describe_clips(index, "Own")})
    check(card / "croissant.json", known, index)
    known = replace(DATASET, media={"clips": replace(known.media["clips"], examples=("no/such.mp4",))})
    with pytest.raises(ValueError, match="1 of the 1 clips-examples"):
        check(card / "croissant.json", known, index)


def test_the_way_from_a_source_to_a_row_of_a_subset_is_told(card):
    text = (card / "README.md").read_text()
    assert (
        "## Provenance" in text and f"| v | `{'ab' * 32}` |" in text and "results/tracks/subsets/<name>.parquet" in text
    )
    assert pq.read_table(card / "sources.parquet").to_pylist() == SOURCE_ROWS


def test_the_card_says_what_those_who_judge_it_ask(card):
    written = json.loads((card / "croissant.json").read_text())
    asked = ("dataCollection", "dataAnnotationProtocol", "dataBiases", "dataUseCases", "dataLimitations")
    assert all(written[f"rai:{name}"] for name in asked) and written["rai:personalSensitiveInformation"]


def test_a_hub_and_datasets_read_the_head(card, tmp_path):
    head = yaml.safe_load((card / "README.md").read_text().split("---\n")[1])
    assert head["license"] == ["cc0-1.0"] and head["size_categories"] == ["n<1K"]
    assert "object-detection" in head["task_categories"]
    opened = load(card, tmp_path / "cache")
    assert {split: len(rows) for split, rows in opened.items()} == {"train": 2}
    assert len(load(card, tmp_path / "cache", "segments")["train"]) == 2


def test_every_column_has_a_sentence_in_both_cards(card):
    text = (card / "README.md").read_text()
    sets = json.loads((card / "croissant.json").read_text())["recordSet"]
    assert [own["name"] for own in sets] == ["tracks", "segments", "sources", "clips-examples"]
    for own in sets:
        for field in own["field"]:
            assert field["description"].endswith(".")
            assert own["name"] == "clips-examples" or f"| `{field['name']}` | {field['description']} |" in text
    assert "## Columns of `segments.parquet`" in text and "Run it in this folder" in text


def test_it_says_how_much_there_is_and_how_good(card):
    text = (card / "README.md").read_text()
    assert "2 segments (2.1 minutes), 2 tracks (0.1 minutes) of 1 classes, and 1 clips. Fits." in text
    assert "2 tracks, a row each in `index.parquet`; 2 segments, a row each in `segments.parquet`; " in text


def test_its_limits_are_those_of_the_settings(card):
    text = (card / "README.md").read_text()
    assert "demo's detector, which serves the demo alone" in text and "Cartoons are not left out" in text
    assert "no objectness" in text and "Ugly segments" not in text and "no licence plates" in text
    own = describe_dataset(replace(FACTS, demo_detector=False))
    assert not any("demo" in limit for limit in own.limits)
    bare = describe_dataset(replace(FACTS, covered=False))
    assert bare.description.startswith("FACES ARE SHOWN") and bare.privacy.startswith("FACES ARE SHOWN")


def test_a_card_of_nothing_is_one_too(card):
    write_index(card / "index.parquet", DATASET, [])
    write_index(card / "segments.parquet", DATASET, [], "segments")
    assert "0 segments (0.0 minutes), 0 tracks (0.0 minutes)" in describe_figures(card / "index.parquet")
    assert pq.read_table(card / "index.parquet").column_names == list(DATASET.columns)


def test_the_figure_is_the_mean_hota_where_the_truth_is_known():
    table = "video\thota\nstreet\t0.60\nsquare\t0.70\n"
    assert choose_figure(table) == ("0.65", "HOTA of the tracks, on 2 videos with known truth")
    assert choose_figure("video\thota\n") == ("", "")
