"""Exports are made when they are asked for, rerun nothing else, and hold the same bytes whatever the buckets."""

import hashlib
import json
from pathlib import Path

import pytest
from flow import Run, copy_house, snakemake, write_table
from house import ROOT
from loading import load
from make_film import make_film, texture
from make_video import make_video
from make_weights import columns, make_weights

from framewright.exports.reader import ShardedSamples
from framewright.study.rows import read_rows, rows_in

pytestmark = [pytest.mark.slow, pytest.mark.long, pytest.mark.timeout(1800)]

LARGE = (160, 160, 120, 100, 0.1, 0.7, 0.3)
COLUMNS = "video source pipelines categories licence training split"
ROWS = (
    "one one.mp4 tracks - CC0-1.0 - train",
    "two two.mp4 tracks - CC0-1.0 - val",
    "hidden hidden.mp4 tracks - CC0-1.0 no train",
    "film film.mp4 patches general=0.5,toon=0.5 CC0-1.0 - -",
)
CONFIG = """
videos: videos.tsv
pipelines: [tracks, patches]
tracks:
  detector: {weights: w.onnx}
  keep: {min_seconds: 1}
  segments: {min_seconds: 1, filters: {max_black: null, max_frozen: null, min_sharpness: null, min_picture: null}}
patches: {base_frame_limit: 4, min_file_size: 100, checks: {still: 0, blurred: 0, flat: 0}}
"""
ALL = "{tracks: [webdataset, coco, yolo, mot], patches: [basicsr, webdataset]}"
FORMATS = ("tracks_webdataset", "tracks_coco", "tracks_yolo", "tracks_mot", "patches_basicsr", "patches_webdataset")
CARDS = {"cards_manifest", "cards_bucket", "cards_versions", "overview_front", "overview_costs", "overview_dag"}
WRITERS = {  # by rule: its writer, and an edit of it
    "tracks_webdataset": ("clips.py", '"tid": row', '"id": row'),
    "tracks_coco": ("coco.py", '"iscrowd": 0', '"iscrowd": 1'),
    "tracks_yolo": ("yolo.py", "{x:.6f}", "{x:.7f}"),
    "tracks_mot": ("mot.py", "x1 + 1:.2f", "x1 + 1:.3f"),
    "patches_basicsr": ("basicsr.py", "({pair.height},", "({pair.height}, "),
    "patches_webdataset": ("pairs.py", "{row['category']}-", "{row['category']}_"),
}


def set_up(folder: Path, exports: str = "{}", buckets: int = 1) -> Path:
    folder.mkdir(exist_ok=True)
    for number, name in enumerate(("one", "two", "hidden")):
        if not (folder / f"{name}.mp4").exists():
            make_video(folder / f"{name}.mp4", [number + 3] * 60, size=(320, 180), rate=25)
    if not (folder / "film.mp4").exists():
        make_film(folder / "film.mp4", [texture(0, 860, 660)], 70, (720, 540))
        make_weights(folder / "w.onnx", columns(LARGE))
    write_table(folder, *ROWS, columns=COLUMNS)
    (folder / "config/config.yaml").write_text(f"{CONFIG}exports: {exports}\nbuckets: {buckets}\n")
    return folder


def run(folder: Path, *arguments: str, house: Path = ROOT) -> Run:
    result = snakemake(folder, *arguments, house=house, timeout=900)
    assert result.status == 0, result.text
    return result


def exports_of(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.glob("results/*/export/**/*"))
        if path.is_file() and path.name != ".snakemake_timestamp"
    }


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> tuple[Path, Run, Run]:
    """A study without exports, and with them; what each run did."""
    folder = set_up(tmp_path_factory.mktemp("exports") / "study")
    first = run(folder)
    set_up(folder, "{tracks: [webdataset]}")
    second = run(folder)
    set_up(folder, ALL)
    return folder, second, run(folder) if first.rules else first


def test_an_export_that_is_added_reruns_nothing_else(made):
    folder, first, rest = made
    assert first.rules - CARDS == {"tracks_webdataset", "tracks_webdataset_contract"}
    added = {f"{name}{part}" for name in FORMATS for part in ("", "_contract")} - first.rules
    assert rest.rules - CARDS == added | {"tracks_frames"}
    assert {rest.jobs[name] for name in added} == {1} and rest.jobs["tracks_frames"] == 2
    assert run(folder, "-n").rules == set()


def test_a_format_is_stale_by_its_own_code_alone(made, tmp_path):
    folder, *_ = made
    for rule, (name, old, new) in WRITERS.items():
        house = copy_house(tmp_path / rule)
        (path,) = (house / "scripts/framewright").rglob(f"exports/**/{name}")
        text = path.read_text()
        assert text.count(old) >= 1, f"{path.name} no longer holds {old!r}"
        path.write_text(text.replace(old, new, 1))
        assert run(folder, "-n", house=house).rules - CARDS == {rule, f"{rule}_contract"}


def test_a_format_is_stale_by_its_own_settings_alone(made):
    folder, *_ = made
    config = folder / "config/config.yaml"
    text = config.read_text()
    config.write_text(text.replace(f"exports: {ALL}", f"exports: {ALL[:-1]}, frame_seconds: 0.5}}"))
    pictured = {f"tracks_{name}{part}" for name in ("coco", "yolo") for part in ("", "_contract")}
    assert run(folder, "-n").rules - CARDS == {"tracks_frames"} | pictured
    config.write_text(text)


def test_every_export_has_its_contract_and_holds_what_is_served(made):
    folder, *_ = made
    contracts = sorted(folder.glob("results/*/exported/*/contract.json"))
    assert len(contracts) == 6
    assert all(finding["ok"] for path in contracts for finding in json.loads(path.read_text()))
    served = read_rows(rows_in(folder / "results/tracks"))
    assert set(served["video"].to_pylist()) == {"one", "two"}
    for split, video in (("train", "one"), ("val", "two")):
        samples = ShardedSamples(folder / "results/tracks/export/webdataset", split)
        assert {samples[k]["json"]["video"] for k in range(len(samples))} == {video}
        known = json.loads((folder / f"results/tracks/export/coco/annotations/instances_{split}.json").read_text())
        assert known["images"] and known["annotations"] and all(video in one["file_name"] for one in known["images"])
        assert (folder / f"results/tracks/export/mot/{split}/{video}/gt/gt.txt").stat().st_size


def test_what_may_not_be_trained_with_is_in_no_export_and_in_the_funnel(made):
    folder, *_ = made
    assert not [path for path in exports_of(folder) if "hidden" in path]
    assert "not-for-training" in (folder / "results/funnel.tsv").read_text()


def test_folders_open_in_place(made, tmp_path):
    folder, *_ = made
    (tree,) = folder.glob("results/tracks/tracks_mp4/*")
    assert {
        split: set(of.with_format("arrow")["video_id"].to_pylist()) for split, of in load(tree, tmp_path).items()
    } == {
        "train": {"one"},
        "val": {"two"},
    }
    pairs = load(folder / "results/patches/dataset/Universal/Mastermodell/Learn", tmp_path)["train"]
    assert len(pairs) == 2 and pairs[0]["gt"].size[0] == 3 * pairs[0]["lr"][0].size[0]


def test_four_buckets_give_the_same_bytes(made, tmp_path):
    folder, *_ = made
    other = set_up(tmp_path / "study", ALL, buckets=4)
    run(other)
    assert exports_of(other) == exports_of(folder)
