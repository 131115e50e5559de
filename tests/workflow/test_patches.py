"""Films become patches through the workflow: a broken one, one more, other numbers of cores, a new start halfway."""

import csv
import hashlib
import json
import shutil
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import verify
from flow import snakemake, write_table
from make_film import make_film, texture

from framewright.patches.dataset import PatchPairs
from framewright.patches.kernels import shrink
from framewright.patches.manifest import read_patches, rebuild
from framewright.patches.stack import decode_png, encode_png, make_low, unstack

pytestmark = pytest.mark.slow

CONFIG = (
    "patches={base_frame_limit: 6, windows_per_part: 2, min_file_size: 100, checks: {still: 0, blurred: 0, flat: 0}}"
)
ROWS = (
    "one one.mp4 patches general=0.5,toon=0.5 CC0-1.0",
    "broken broken.mp4 patches general=0.5 CC0-1.0",
)


def study(folder: Path, *rows: str) -> Path:
    folder.mkdir(exist_ok=True)
    for number, name in enumerate(("one", "two")):
        path = folder / f"{name}.mp4"
        if not path.exists():
            make_film(path, [texture(number, 860, 660)], 70, (720, 540))
    (folder / "broken.mp4").write_bytes(bytes(3000))
    write_table(folder, *rows)
    return folder


def digests(folder: Path) -> dict[str, str]:
    root = folder / "results/patches"
    return {
        path.relative_to(root).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(root.rglob("*"))
        if path.is_file() and path.name != ".snakemake_timestamp"
    }


def run(folder: Path, *arguments: str, cores: int = 2):
    return snakemake(folder, "--config", CONFIG, *arguments, "--", "patches", cores=cores)


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> Path:
    folder = study(tmp_path_factory.mktemp("patches") / "study", *ROWS)
    result = run(folder)
    assert result.status == 0, result.text
    return folder


def test_the_dataset_is_there_and_a_broken_film_is_on_record(made):
    rows = list(read_patches(made / "results/patches/manifest.tsv"))
    assert {row.category for row in rows} == {"general", "toon"} and len(rows) == 6
    for row in rows:
        assert all((made / "results/patches/dataset" / name).is_file() for name in row.files.values())
    with (made / "results/patches/outcomes.tsv").open() as file:
        films = {row["video"]: row["reason"] for row in csv.DictReader(file, delimiter="\t") if row["stage"] == "film"}
    assert films == {"one": "", "broken": "unusable"}
    assert all(own["ok"] for own in json.loads((made / "results/patches/contract.json").read_text()))
    assert (made / "results/patches/dataset/Space/SpaceModel/Learn/Val/GT").is_dir()


def test_a_row_rebuilds_its_patch_from_the_users_film(made):
    row = next(read_patches(made / "results/patches/manifest.tsv"))
    for kind, content in rebuild(row, made / "one.mp4").items():
        assert content == (made / "results/patches/dataset" / row.files[kind]).read_bytes()


def test_nothing_is_left_to_do_and_another_film_leaves_the_first_alone(made):
    assert run(made, "-n").rules == set()
    study(made, *ROWS, "two two.mp4 patches general=0.5 CC0-1.0")
    planned = run(made, "-n")
    assert (planned.jobs["patches_plan"], planned.jobs["patches_cut"]) == (1, 2)
    study(made, *ROWS)


@pytest.mark.long
def test_one_core_or_a_new_start_halfway_gives_the_same_bytes(made, tmp_path):
    folder = study(tmp_path / "study", *ROWS)
    assert snakemake(folder, "--config", CONFIG, "--", "results/patches/parts/one/001", cores=1).status == 0
    assert run(folder, cores=1).status == 0
    assert digests(folder) == digests(made)


@pytest.mark.long
def test_a_kill_while_a_film_is_being_cut_loses_nothing(made, tmp_path):
    folder = study(tmp_path / "study", *ROWS)
    for _ in range(5):  # a run that ends before it is caught begins anew
        process = verify.start(folder, 2, "--config", CONFIG, "--", "patches")
        try:
            caught = wait_for_half_a_part(process, folder / "results/patches/parts/one")
        finally:
            verify.end(process)
        if caught:
            break
        shutil.rmtree(folder / "results")
    assert caught
    verify.require_silence(folder)
    assert not (folder / "results/patches/manifest.tsv").exists()
    assert run(folder, "--nolock").status == 0
    assert digests(folder) == digests(made)


def wait_for_half_a_part(process: subprocess.Popen, parts: Path) -> bool:
    """Wait until a patch is written in a part that is not done; whether that came before the end of the run."""
    while process.poll() is None:
        if next(parts.glob(".*.partial/**/GT/*.png"), None):
            return True
        time.sleep(0.005)
    return False


def test_low_resolution_made_worse_is_checked_and_can_be_made_again(tmp_path):
    folder = study(tmp_path / "study", ROWS[0])
    worse = CONFIG[:-1] + ", kernel: lanczos, degrade: {blur: 1.5, noise: 4, compression: 60}}"
    assert snakemake(folder, "--config", worse, "--", "results/patches/contract.json").status == 0
    rows = list(read_patches(folder / "results/patches/manifest.tsv"))
    assert len({row.degrading for row in rows}) == len(rows) == 6
    for row in rows:
        files = {kind: (folder / "results/patches/dataset" / name).read_bytes() for kind, name in row.files.items()}
        middle = unstack(decode_png(files["LR_5frames"]), 5)[2]
        plain = shrink(decode_png(files["GT"]), "lanczos")
        assert 1 < np.abs(middle.astype(int) - plain).mean() < 30
        assert np.array_equal(middle, make_low(decode_png(files["GT"]), "lanczos", row.degrading, 3))
        assert files == rebuild(row, folder / "one.mp4")


def test_pictures_picked_by_hand_get_small_copies_unless_training_has_seen_them(made):
    dataset = made / "results/patches/dataset"
    validation = dataset / "Universal/Mastermodell/Learn/Val"
    (validation / "GT/fresh.png").write_bytes(encode_png(np.dstack([texture(9, 540, 540)] * 3)))
    assert run(made).status == 0
    assert PatchPairs(validation)[0]["lr_stack"].shape == (5, 3, 180, 180)
    row = next(row for row in read_patches(made / "results/patches/manifest.tsv") if row.format == "small_540")
    (validation / "GT/seen.png").write_bytes((dataset / row.gt).read_bytes())
    failed = run(made)
    assert failed.status != 0
    assert f"Val/GT/seen.png: the same as {row.gt}, of one at" in failed.text
    for name in ("fresh.png", "seen.png"):
        (validation / "GT" / name).unlink()
    assert run(made).status == 0
    assert list((validation / "LR").glob("*.png")) == []


def test_the_forecast_is_said_and_makes_nothing(made):
    said = snakemake(made, "-q", "all", "--config", "patches={base_frame_limit: 3000}", "--", "patches_forecast").text
    assert "one is too short for 3,000 windows and gives 10, all shares alike: 5 general, 5 toon" in said
    assert "broken can't be used" in said and "GB" in said and "hours" in said


def test_116_films_of_a_generator_config_are_planned(tmp_path):
    shares = {"general": 0.3, "space": 0.4, "toon": 0.3}
    films = [{"name": f"Film {k}", "path": f"{k}.mkv", "categories": shares} for k in range(116)]
    for film in films:
        (tmp_path / film["path"]).write_bytes(b"film")
    settings = {"base_frame_limit": 300, "max_workers": 12, "min_file_size": 10000}
    (tmp_path / "generator_config.json").write_text(json.dumps({"base_settings": settings, "videos": films}))
    script = Path(__file__).parents[2] / "scripts/convert_patches.py"
    subprocess.run([sys.executable, script, "generator_config.json"], cwd=tmp_path, check=True, capture_output=True)
    planned = snakemake(tmp_path, "-n", "--configfile", "films.yaml", "--", "patches")
    assert planned.status == 0, planned.text
    assert (planned.jobs["patches_plan"], planned.jobs["patches_cut"]) == (116, 116 * 300 / 50)


def test_116_films_are_planned(tmp_path):
    rows = [f"film{k} demo:film patches general=0.3,space=0.4,toon=0.3 CC0-1.0" for k in range(116)]
    write_table(tmp_path, *rows)
    scale = Path(__file__).parents[2] / "config/scale/patches.yaml"
    planned = snakemake(tmp_path, "-n", "--configfile", str(scale), "--config", "videos=videos.tsv", "--", "patches")
    assert planned.status == 0, planned.text
    assert planned.jobs["patches_plan"] == 116
    assert planned.jobs["patches_cut"] == pytest.approx(165_000 / 50, rel=0.05)


def test_editions_in_two_splits_stop_the_run_before_anything_is_cut(tmp_path):
    folder = tmp_path / "study"
    columns = "video source pipelines categories licence split group"
    rows = ("one one.mp4 patches general=0.5 CC0-1.0 train -", "two two.mp4 patches general=0.5 CC0-1.0 val -")
    write_table(folder, *rows, columns=columns)
    make_film(folder / "one.mp4", [texture(seed, 860, 660) for seed in range(8)], 26, (720, 540))
    make_film(folder / "two.mp4", [texture(seed, 860, 660) for seed in range(1, 9)], 26, (720, 540))
    failed = run(folder)
    assert failed.status != 0 and "give both rows of the table of videos the same `group`" in failed.text
    assert not (folder / "results/patches/parts").exists()
    write_table(
        folder, *(row[:-1].replace("train", "-").replace("val", "-") + "edition" for row in rows), columns=columns
    )
    assert run(folder, "-n").jobs["patches_plan"] in (1, 2)  # of the film whose split is another
