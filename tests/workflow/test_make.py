"""The commands of the Makefile that need no long run, as a user types them."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from house import ROOT
from make_video import make_video

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not (ROOT / ".venv/ready").exists(), reason="the environment was not made by make"),
]


def make(*arguments: str, **environment: str) -> subprocess.CompletedProcess:
    command = ["make", "-C", str(ROOT), "--no-print-directory", f"PYTHON={sys.executable}", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, env=os.environ | environment)


def test_make_alone_lists_the_commands():
    said = make().stdout
    assert all(
        f"make {word} " in said
        for word in (
            *("demo", "test", "test-fast", "bench", "dag", "table", "slurm-profile"),
            *("convert-patches", "monitor"),
        )
    )


def test_a_folder_becomes_a_table_and_odd_files_are_reported(tmp_path):
    make_video(tmp_path / "a film.mp4", range(3))
    (tmp_path / "empty.mp4").touch()
    done = make("table", f"DIR={tmp_path}")
    assert done.returncode == 0, done.stderr
    header, *rows = [line.split("\t") for line in done.stdout.splitlines() if not line.startswith("#")]
    assert header[:2] == ["video", "source"]
    assert [row[1] for row in rows] == [str(tmp_path / "a film.mp4")]
    assert "empty.mp4" in done.stderr
    assert "==> done in" in done.stderr


def test_a_table_of_nothing_says_what_is_missing():
    done = make("table")
    assert done.returncode != 0
    assert "make table DIR=films/" in done.stderr


def test_a_generator_config_becomes_a_table_and_a_config(tmp_path):
    film = make_video(tmp_path / "a film.mp4", range(3))
    video = {"name": "A film", "path": str(film), "categories": {"general": 1}}
    (tmp_path / "old.json").write_text(json.dumps({"base_settings": {"max_workers": 12}, "videos": [video]}))
    into = f"--table {tmp_path / 'films.tsv'} --config {tmp_path / 'films.yaml'}"
    done = make("convert-patches", f"FILE={tmp_path / 'old.json'}", f"ARGS={into}")
    assert done.returncode == 0, done.stderr
    assert "max_workers" in done.stderr and "1 film in" in done.stderr
    assert (tmp_path / "films.tsv").read_text().splitlines()[1].split("\t")[:2] == ["A_film", str(film)]
    assert make("convert-patches").returncode != 0


def test_the_slurm_profile_is_linked_and_a_users_own_is_not_touched(tmp_path):
    assert make("slurm-profile", XDG_CONFIG_HOME=str(tmp_path)).returncode == 0
    link = tmp_path / "snakemake/slurm"
    assert "# account:" in (tmp_path / "framewright/site.yaml").read_text()
    assert (link / "config.yaml").samefile(ROOT / "profiles/slurm/config.yaml")
    assert make("slurm-profile", XDG_CONFIG_HOME=str(tmp_path)).returncode == 0
    link.unlink()
    link.mkdir()
    refused = make("slurm-profile", XDG_CONFIG_HOME=str(tmp_path))
    assert refused.returncode != 0
    assert "move it away first" in refused.stderr
    assert not link.is_symlink()


def test_every_job_is_drawn(tmp_path):
    jobs = Path(ROOT / "results/dag-jobs.svg")
    existed = jobs.exists()
    done = make("dag", "FULL=1")
    assert done.returncode == 0, done.stderr
    assert "sources_render" in jobs.read_text()
    if not existed:
        jobs.unlink()
