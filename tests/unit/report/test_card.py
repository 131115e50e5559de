"""A card says what is in a dataset, where it comes from and what is not known, and mlcroissant reads it back."""

import io
import json
import logging
import os
import re
import runpy
import subprocess
import sys
import weakref
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import mlcroissant as mlc
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from house import ROOT

from framewright.errors import UserError
from framewright.report.card import Column, Dataset, check, read_store, settle_arrow, write_croissant, write_index
from framewright.report.citation import format_bibtex, read_citation
from framewright.report.publish import write_card
from framewright.report.readme import compose_snippet, write_readme
from framewright.sources.card import DATASET, list_rows
from framewright.sources.fates import read_summary
from framewright.sources.summary import COLUMNS
from framewright.study.declared import Declared, write_declared
from framewright.study.funnel import Item, write_outcomes
from framewright.study.record import read_record

CLIPS = Dataset(
    name="framewright-clips",
    description="Clips of things that move.",
    records="clips",
    columns={
        "clip": Column("text", "Its name."),
        "frames": Column("whole", "How many it has."),
        "seconds": Column("number", "How long it is."),
        "sound": Column("yes-no", "Whether it has sound."),
    },
    cites=("FlexPatch",),
    privacy="Nobody can be recognised.",
    limits=("They are short.",),
)
ROWS = [
    {"clip": "a-1", "frames": 3, "seconds": 0.1, "sound": True},
    {"clip": "ä-2", "frames": None, "seconds": None, "sound": None},
    {"clip": "b-1", "frames": 2**40, "seconds": 1e9, "sound": False},
]
OUTCOMES = {
    "sources": [Item("source", "a"), Item("source", "b"), Item("source", "c", reason="gone")],
    "clips": [
        *(Item("find", video, f"{video}-{k}") for video in "ab" for k in (1, 2)),
        *(Item("cut", "a", "a-1"), Item("cut", "a", "a-2"), Item("cut", "b", "b-1"), Item("cut", "b", "b-2", "short")),
    ],
}
CITATION = read_citation(ROOT / "CITATION.cff")
LICENCES = {"a": "CC0-1.0", "b": "CC-BY-4.0", "c": "unused"}


@pytest.fixture
def store(tmp_path):
    def gather(licences=LICENCES, outcomes=OUTCOMES):
        for pipeline, items in outcomes.items():
            write_outcomes(tmp_path / f"{pipeline}.tsv", items)
        paths = {pipeline: tmp_path / f"{pipeline}.tsv" for pipeline in outcomes}
        return read_store(paths, licences, {"clips": {"shortest": 3}}, CITATION)

    return gather


def write(folder: Path, store, dataset=CLIPS, records=ROWS) -> Path:
    folder.mkdir(exist_ok=True)
    index = folder / "index.parquet"
    write_index(index, dataset, iter(records))
    write_readme(folder / "README.md", dataset, store, index)
    write_croissant(folder / "croissant.json", dataset, store, index)
    return folder


def test_one_call_writes_all_files_of_a_card(tmp_path, store):
    names = {"index": "index.parquet", "readme": "README.md", "page": "card.html", "croissant": "croissant.json"}
    outputs = SimpleNamespace(**{kind: tmp_path / name for kind, name in (names | {"tile": "tile.json"}).items()})
    write_card(outputs, CLIPS, store(), iter(ROWS))
    assert all(path.stat().st_size for path in vars(outputs).values())
    tile = read_record(outputs.tile)
    assert (tile["count"], tile["noun"]) == (len(ROWS), CLIPS.records) and tile["title"]
    assert not [path for path in tmp_path.iterdir() if path not in vars(outputs).values() and path.suffix != ".tsv"]


@pytest.mark.parametrize("records", [ROWS, ROWS[:1], []], ids=["with and without values", "one", "none at all"])
def test_mlcroissant_reads_the_records_that_were_written(tmp_path, store, records):
    card = mlc.Dataset(write(tmp_path / "card", store(), records=records) / "croissant.json")
    read = [{name.split("/")[1]: value for name, value in record.items()} for record in card.records("clips")]
    assert [row | {"clip": row["clip"].decode()} for row in read] == records


def test_a_sound_card_is_checked_without_a_warning(tmp_path, store, caplog):
    logging.getLogger("absl").setLevel(logging.NOTSET)
    with caplog.at_level(logging.WARNING):
        folder = write(tmp_path / "card", store())
        check(folder / "croissant.json", CLIPS, folder / "index.parquet")
    assert caplog.text == ""


def test_more_rows_than_are_kept_in_memory_are_all_there(tmp_path, store, monkeypatch):
    monkeypatch.setattr("framewright.report.card.ROWS", 2)
    write_index(tmp_path / "index.parquet", CLIPS, iter(ROWS))
    assert pq.read_table(tmp_path / "index.parquet").to_pylist() == ROWS


def test_a_card_that_disagrees_with_its_index_is_refused(tmp_path, store):
    folder = write(tmp_path / "card", store())
    write_index(tmp_path / "other.parquet", CLIPS, ROWS[:2])
    with pytest.raises(ValueError, match="reads 3 records otherwise than"):
        check(folder / "croissant.json", CLIPS, tmp_path / "other.parquet")


def test_an_index_with_one_byte_changed_is_refused(tmp_path, store):
    folder = write(tmp_path / "card", store())
    content = bytearray((folder / "index.parquet").read_bytes())
    content[8] ^= 1
    (folder / "index.parquet").write_bytes(content)
    with pytest.raises(mlc.GenerationError):
        check(folder / "croissant.json", CLIPS, folder / "index.parquet")


@pytest.mark.parametrize(
    ("lack", "complaint"),
    [
        pytest.param({"license": None}, "license", id="a licence, only recommended"),
        pytest.param({"@type": "sc:Thing"}, "Dataset", id="its type, which must be"),
        pytest.param({"distribution": []}, "index.parquet", id="the file of its records"),
    ],
)
def test_a_card_that_lacks_something_is_refused(tmp_path, store, lack, complaint):
    path = write(tmp_path / "card", store()) / "croissant.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | lack))
    with pytest.raises(Exception, match=complaint):
        check(path, CLIPS, tmp_path / "card/index.parquet")


def test_the_licences_are_those_of_the_videos_that_the_last_stage_kept_something_of(tmp_path, store):
    assert store().licences == {"CC-BY-4.0": 1, "CC0-1.0": 1}
    card = json.loads((write(tmp_path / "card", store()) / "croissant.json").read_text())
    assert card["license"] == ["CC-BY-4.0", "CC0-1.0"]


def test_an_unknown_licence_is_said_loudly(tmp_path, store):
    folder = write(tmp_path / "card", store({"a": "CC0-1.0", "b": ""}))
    assert json.loads((folder / "croissant.json").read_text())["license"] == ["CC0-1.0", "UNKNOWN for 1 of 2 videos"]
    assert "**For 1 of 2 videos no licence is known." in (folder / "README.md").read_text()


def test_what_is_made_from_nothing_has_a_licence_of_its_own(tmp_path, store):
    made = store(outcomes={"clips": [Item("draw", "", "digit-1")]})
    assert made.licences == {}
    folder = write(tmp_path / "card", made, replace(CLIPS, licence="CC-BY-SA-3.0"))
    assert json.loads((folder / "croissant.json").read_text())["license"] == "CC-BY-SA-3.0"
    assert "under CC-BY-SA-3.0" in (folder / "README.md").read_text()


def test_a_dataset_without_anything_has_a_card_as_well(tmp_path, store):
    folder = write(tmp_path / "card", store(outcomes={"clips": []}), records=[])
    assert "empty" in json.loads((folder / "croissant.json").read_text())["license"]


def test_the_card_for_people_says_all_that_matters(tmp_path, store):
    text = (write(tmp_path / "card", store()) / "README.md").read_text()
    assert "| clips | cut | 4 | 3 | 1 | short 1 |" in text
    assert "| sources | source | 3 | 2 | 1 | gone 1 |" in text
    for words in ("3 clips", "Nobody can be recognised.", "- They are short.", "shortest: 3", "10.1109/INFOCOM48880"):
        assert words in text


@pytest.mark.slow
def test_five_lines_load_the_dataset(tmp_path, store):
    folder = write(tmp_path / "card", store())
    shown = re.search(r"```python\n(.*?)```", (folder / "README.md").read_text(), re.S)[1]
    assert shown == compose_snippet(CLIPS)
    assert len(shown.splitlines()) == 5
    done = subprocess.run([sys.executable, "-c", shown], cwd=folder, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == [str(row["clip"].encode()) for row in ROWS]


class HeldBytes(io.BytesIO):
    """A file of Python's that a weak reference can watch."""


@pytest.mark.slow
def test_once_arrow_has_settled_no_thread_of_it_holds_a_file_of_pythons(tmp_path):
    """Without settling, a thread still holds some of them: where Python ends then, it aborts the process."""
    path = tmp_path / "y.parquet"
    pq.write_table(pa.table({"a": range(20)}), path)
    content, left = path.read_bytes(), 0
    for _ in range(1500):
        with settle_arrow(path):
            file = HeldBytes(content)
            watched = weakref.ref(file)
            pd.read_parquet(file)
            del file
        left += watched() is not None
    assert left == 0


def test_arrow_has_its_threads_again_once_it_has_settled(tmp_path):
    pq.write_table(pa.table({"a": range(20)}), tmp_path / "y.parquet")
    before = pa.cpu_count(), pa.io_thread_count()
    with settle_arrow(tmp_path / "y.parquet"):
        assert (pa.cpu_count(), pa.io_thread_count()) == (1, 1)
    assert (pa.cpu_count(), pa.io_thread_count()) == before


@pytest.mark.slow
def test_the_same_records_give_the_same_bytes_anywhere(tmp_path):
    code = f"""
import sys; sys.path[:0] = ["{ROOT}/scripts", "{ROOT}/tests", "{ROOT}/tests/unit/report"]
from pathlib import Path; import test_card as t
from framewright.report.card import read_store; from framewright.study.funnel import write_outcomes
write_outcomes("outcomes.tsv", t.OUTCOMES["clips"])
t.write(Path("card"), read_store({{"clips": "outcomes.tsv"}}, {{}}, {{}}, t.CITATION))
"""
    made = []
    for seed in ("1", "2"):
        folder = tmp_path / seed
        folder.mkdir()
        env = os.environ | {"PYTHONHASHSEED": seed}
        subprocess.run([sys.executable, "-c", code], cwd=folder, env=env, check=True)
        made.append({path.name: path.read_bytes() for path in sorted(folder.glob("card/*"))})
    assert made[0] == made[1] and len(made[0]) == 3
    assert not [name for name, content in made[0].items() if str(tmp_path).encode() in content]


# ---- the sources ----------------------------------------------------------------------------------------------------

SUMMARY = """
one ok - - films/one.mp4 local 1.5 30 640 360 20 SDR h264 aac 1000 ab12 CC0-1.0 -
two ok - - https://example.org/two http 2 60 64 48 30000/1001_variable PQ hevc - 9 cd34 - -
three dead 404 - https://example.org/three http - - - - - - - - - - CC0-1.0 -
"""


def write_summary(path: Path) -> None:
    lines = SUMMARY.strip().splitlines()
    cells = [["" if cell == "-" else cell.replace("_", " ") for cell in line.split()] for line in lines]
    path.write_text("".join("\t".join(row) + "\n" for row in [COLUMNS, *cells]))


def test_every_video_has_its_row_with_values_of_its_own_kinds(tmp_path):
    write_summary(tmp_path / "summary.tsv")
    one, two, three = list_rows(read_summary(tmp_path / "summary.tsv"), {"three": "gone"}, {"two": "test"})
    assert list(one) == list(DATASET.columns)
    assert (one["seconds"], one["frames"], one["audio"], one["path"]) == (1.5, 30, "aac", "one/video")
    assert (one["source"], three["source"]) == (None, "https://example.org/three")
    assert (two["rate"], two["rate_varies"], two["split"]) == ("30000/1001", True, "test")
    assert (three["status"], three["reason"], three["path"], three["rate_varies"]) == ("dead", "gone", None, None)


def test_the_script_writes_a_card_that_holds_no_path_of_this_machine(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)
    write_summary(tmp_path / "summary.tsv")
    write_outcomes(tmp_path / "outcomes.tsv", [Item("source", "one"), Item("probe", "one"), Item("probe", "two")])
    write_declared("declared.tsv", [Declared("one", licence="CC0-1.0"), Declared("two")])
    made = {"croissant": "card/croissant.json", "index": "card/index.parquet", "readme": "card/README.md"}
    made |= {"page": "card/README.html", "tile": "card/tile.json"}
    snakemake = SimpleNamespace(
        log=[],
        input=SimpleNamespace(summary="summary.tsv", outcomes="outcomes.tsv", declared=["declared.tsv"]),
        output=SimpleNamespace(**made),
        params=SimpleNamespace(settings={"splits": {}, "chosen": {}, "citation": CITATION}),
    )
    runpy.run_path(str(ROOT / "scripts/sources_card.py"), init_globals={"snakemake": snakemake})
    assert pq.read_table(made["index"])["video"].to_pylist() == ["one", "two", "three"]
    assert "UNKNOWN for 1 of 2 videos" in Path(made["croissant"]).read_text()
    assert not [path for path in made.values() if str(tmp_path).encode() in Path(path).read_bytes()]


# ---- citations ------------------------------------------------------------------------------------------------------

NAMES = [work["abbreviation"] for work in CITATION["references"]]


@pytest.mark.parametrize("name", NAMES)
def test_every_reference_becomes_an_entry(name):
    entry, own = format_bibtex(CITATION, [name]).split("\n\n")
    assert re.match(r"@(article|inproceedings|software)\{[a-z0-9]+,\n", entry)
    assert entry.count("{") == entry.count("}")
    assert re.search(r"^  author = \{\S.*\},$", entry, re.M) and re.search(r"^  title = \{\S.*\},$", entry, re.M)
    assert own.startswith("@software{framewright,")


FLEXPATCH = """@inproceedings{flexpatch2022,
  author = {Yang, Kichang and Yi, Juheon and Lee, Kyungjin and Lee, Youngki},
  title = {FlexPatch: Fast and Accurate Object Detection for On-device High-Resolution Live Video Analytics},
  year = {2022},
  doi = {10.1109/INFOCOM48880.2022.9796984},
  booktitle = {IEEE Conference on Computer Communications (IEEE INFOCOM)},
  pages = {1898--1907},
}"""


def test_a_paper_is_cited_as_its_publisher_does():
    assert format_bibtex(CITATION, ["FlexPatch"]).split("\n\n")[0] == FLEXPATCH


def test_a_reference_that_is_not_there_is_named():
    with pytest.raises(UserError, match=r"no reference with the abbreviation ByteTrak; known: TrackVerse, ByteTrack"):
        format_bibtex(CITATION, ["ByteTrak"])


def test_the_version_is_that_of_the_package():
    assert f'version = "{CITATION["version"]}"' in (ROOT / "pyproject.toml").read_text()
