"""Curation through the workflow: four short films, one another one's copy, one for evaluation, in four buckets."""

import csv
import gzip
import json
import shutil
from pathlib import Path

import cv2
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import yaml
from flow import ROOT, snakemake, write_table

from framewright.scenes.repeat import make_repeat
from framewright.scenes.street import make_street
from framewright.tracks.curation.scan import read_lines
from framewright.video.encode import Writer

pytestmark = pytest.mark.slow

SIZE, FRAMES = (640, 360), 60
RELAX = [0.8, 0.5, 0]
SUBSETS = [
    {"name": "CB1", "max_per_class": 1},
    {"name": "CB2", "max_per_class": 2},
    {"name": "CB2-Tinf", "max_per_class": 2, "temperature": "inf"},
    {"name": "three", "strategy": "random", "max_tracks": 3},
    {"name": "moving", "max_per_class": 3, "min_motion": 40.0, "relax": RELAX},
    {"name": "spread", "strategy": "min_redundancy", "max_per_class": 2},
]
PICKED = {"name": "picked", "from": "ids.txt"}
CURATED = {"tracks_subsets", "tracks_subset_files", "tracks_subsets_contract", "tracks_subsets_preview"}


def write_films(folder: Path) -> None:
    """a and c are streets, d another one, b is a again, cropped and encoded with more loss."""
    streets = {
        name: make_street(np.random.default_rng(seed), 2.4, SIZE) for name, seed in (("a", 11), ("c", 12), ("d", 13))
    }
    films = streets | {"b": make_repeat(streets["a"], FRAMES)}
    for name, scene in films.items():
        crf = 30 if name == "b" else 20
        with Writer(folder / f"{name}.mp4", SIZE, 25, crf=crf, preset="veryfast") as writer:
            for frame in range(FRAMES):
                writer.add(scene.draw(frame).picture)


def configure(folder: Path, *more: dict) -> Path:
    """The configuration of the study, with these subsets as well."""
    filters = {"max_black": None, "max_frozen": None, "min_sharpness": None, "min_picture": None}
    tracks = {
        "dataset": "Own",
        "detector": {"weights": str(ROOT / "config/detector/demo.onnx")},
        "segments": {"min_seconds": 1, "filters": filters},
        "deface": {"method": "none"},
        "keep": {"min_seconds": 0.7, "min_area": 0.003},
        "evaluation": "verified.txt",
        "duplicates": {"remove": True},
        "subsets": [*SUBSETS, *more],
    }
    (folder / "own.yaml").write_text(yaml.safe_dump({"buckets": 4, "pipelines": ["tracks"], "tracks": tracks}))
    return folder / "own.yaml"


def run(folder: Path, *arguments: str):
    return snakemake(folder, "--configfile", str(folder / "own.yaml"), *arguments, timeout=900)


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("curation") / "study"
    folder.mkdir()
    cv2.setNumThreads(1)
    write_films(folder)
    write_table(folder, *(f"{name} {name}.mp4 tracks - CC0-1.0" for name in "abcd"))
    (folder / "verified.txt").write_text(f"d-person-{'0' * 32}.mp4,Person\n")
    configure(folder)
    result = run(folder, "--", "tracks", "cards")
    assert result.status == 0, result.text
    (folder / "jobs.json").write_text(json.dumps(result.jobs))
    return folder


@pytest.fixture
def study(made, tmp_path) -> Path:
    """A copy of the study, to change."""
    return Path(shutil.copytree(made, tmp_path / "study", symlinks=True))


def table(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as file:
        return list(csv.DictReader(file, dialect="excel-tab"))


def rows_of(folder: Path, name: str) -> list[dict]:
    return pq.read_table(folder / f"results/tracks/subsets/{name}.parquet").to_pylist()


def test_rows_lie_in_four_buckets_and_every_step_ran_once_for_each_video(made):
    index = sorted((made / "results/tracks/rows").glob("*.parquet"))
    assert [path.stem for path in index] == [f"{k}-of-4" for k in range(4)]
    videos = [row["video"] for path in index for row in pq.read_table(path, columns=["video"]).to_pylist()]
    assert {*videos} == set("abcd")
    jobs = json.loads((made / "jobs.json").read_text())
    steps = ("link", "segment", "deface", "audit", "detect", "follow", "extract", "metrics")
    assert {step: jobs[f"tracks_{step}"] for step in steps} == dict.fromkeys(steps, 4)
    assert jobs["tracks_rows"] == 4 and all(jobs[name] == 1 for name in CURATED)
    lines = [line for path in (made / "results/tracks/followed").glob("*.gzip") for line in read_lines(path)]
    assert len({json.loads(line)["tid"] for line in lines}) == len(lines) == len(videos)


def test_subsets_nest_and_keep_their_quotas_and_their_tables_add_up(made):
    one, two = ({(row["video"], row["track"]) for row in rows_of(made, name)} for name in ("CB1", "CB2"))
    assert one < two and len(rows_of(made, "three")) == 3
    for subset in SUBSETS:
        rows, fills = rows_of(made, subset["name"]), table(made / f"results/tracks/relaxation/{subset['name']}.tsv")
        assert sum(int(fill["taken"]) for fill in fills) == len(rows)
        for fill in fills:
            assert int(fill["taken"]) == sum(
                int(fill[key]) for key in fill if key == "as_asked" or key.startswith("at_")
            )
            assert int(fill["taken"]) <= min(int(fill["asked"]), int(fill["found"]))
    moving = table(made / "results/tracks/relaxation/moving.tsv")
    relaxed = sum(int(fill[key]) for fill in moving for key in fill if key.startswith("at_"))
    assert sum(int(fill["as_asked"]) for fill in moving) and relaxed
    still = [row for row in rows_of(made, "moving") if row["factor"] == 1]
    assert all(row["motion_q90"] >= 40 for row in still)


def test_no_subset_has_a_track_of_an_evaluation_video_or_a_near_duplicate_of_another_track(made):
    left_out = {(row["video"], row["track"]): row for row in table(made / "results/tracks/left_out.tsv")}
    assert {row["reason"] for row in left_out.values() if row["video"] == "d"} == {"evaluation"}
    repeated = [row for row in left_out.values() if row["reason"] == "repeated"]
    assert repeated and {row["video"] for row in repeated} <= {"a", "b"}
    partners = {row["item"]: row["video"] for path in (made / "results/tracks/rows").glob("*.parquet")
                for row in pq.read_table(path, columns=["video", "item"]).to_pylist()}  # fmt: skip
    assert all({row["video"], partners[row["partner"]]} == {"a", "b"} for row in repeated)
    for subset in SUBSETS:
        chosen = {(row["video"], row["track"]) for row in rows_of(made, subset["name"])}
        assert not chosen & {*left_out} and "d" not in {video for video, _ in chosen}


def test_documented_files_hold_the_lines_of_the_index(made):
    folder = made / "results/tracks/tracks_subsets/Own"
    names = {path.name for path in folder.glob("Own-*")}
    counts = {subset["name"]: len(rows_of(made, subset["name"])) for subset in SUBSETS}
    index = next(folder.glob("Own-Full-*"))
    expected = {index.name, f"Own-CB1-{counts['CB1']}-T0.jsonl.gzip", f"Own-CB2-{counts['CB2']}-Tinf.jsonl.gzip"}
    expected |= {f"Own-CB2-{counts['CB2']}-T0.jsonl.gzip", "Own-3-RND.jsonl.gzip"}
    expected |= {f"Own-CB3-{counts['moving']}-T0MinQ90Motion40.0.jsonl.gzip"}
    assert names == expected | {f"Own-MinRed-CB2-{counts['spread']}.jsonl.gzip"}
    with gzip.open(index) as file:
        every = [json.loads(line) for line in file]
    assert [(line["yid"], line["tid"]) for line in every] == sorted((line["yid"], line["tid"]) for line in every)
    assert index.name == f"Own-Full-{len(every)}.jsonl.gzip"
    chosen = [json.loads(line) for line in read_lines(folder / f"Own-CB1-{counts['CB1']}-T0.jsonl.gzip")]
    assert [line["tid"] for line in chosen] == [row["track"] for row in rows_of(made, "CB1")]
    assert all(line in every for line in chosen)


def test_the_funnel_and_the_card_have_the_subsets(made):
    stages = {row["stage"]: row for row in table(made / "results/funnel.tsv") if row["reason"] == ""}
    assert int(stages["subset CB1"]["kept"]) == len(rows_of(made, "CB1"))
    assert stages["candidates"]["kept"] == stages["subset CB1"]["in"]
    card = (made / "results/tracks/card/README.md").read_text()
    assert f"| CB1 | `Own-CB1-{len(rows_of(made, 'CB1'))}-T0.jsonl.gzip` |" in card


def test_nothing_is_left_to_do_and_another_subset_runs_the_jobs_of_subsets_alone(study):
    assert run(study, "-n", "--", "tracks", "cards").jobs == {}
    ids = [rows_of(study, "CB2")[k]["track"] for k in (0, -1)]
    (study / "ids.txt").write_text("\n".join(ids))
    configure(study, PICKED)
    result = run(study, "--", "tracks")
    assert result.status == 0, result.text
    assert result.rules - {"tracks_card", "tracks_gallery"} == CURATED
    assert {row["track"] for row in rows_of(study, "picked")} == {*ids}
    assert (study / "results/tracks/tracks_subsets/Own/Own-picked-2.jsonl.gzip").is_file()
    (study / "ids.txt").write_text("\n".join([*ids, "f" * 32]))
    result = run(study, "--", "results/tracks/subsets/picked.parquet")
    assert result.status and f"1 of 3 track ids are not in the index ({'f' * 32})" in result.text


def test_a_leak_fails_the_contract_by_name(study):
    path = study / "results/tracks/subsets/CB1.parquet"
    rows = pq.read_table(path)
    leaked = rows.slice(0, 1).set_column(rows.schema.get_field_index("video"), "video", pa.array(["d"]))
    pq.write_table(pa.concat_tables([rows, leaked]), path)
    result = run(study, "--forcerun", "tracks_subsets_contract", "--", "results/tracks/curation/contract.json")
    assert result.status and "no evaluation video is in a subset" in result.text and "CB1: d" in result.text
