"""Every fault of the gallery, through Snakemake itself: its lines, exit 1, no traceback, and no job was started.

Snakemake is imported once and forked for each case, which makes ninety real starts affordable.
"""

import multiprocessing
import os
import sys
from pathlib import Path

import pytest
from gallery import CONFIGS, TABLES, lay_out
from house import ROOT

pytestmark = pytest.mark.slow

GOOD_TABLE = "video\tsource\tpipelines\tcategories\tlicence\nstreet\tdemo:street\ttracks\t\tCC0-1.0\n"


def start_snakemake(folder: Path, printed: Path) -> None:
    """In a forked child: what `snakemake -c1` does in `folder`; everything said goes to `printed`."""
    from snakemake.cli import main

    with printed.open("wb") as file:
        os.dup2(file.fileno(), 1)
        os.dup2(file.fileno(), 2)
    sys.stdout, sys.stderr = os.fdopen(1, "w", closefd=False), os.fdopen(2, "w", closefd=False)
    os.chdir(folder)
    main(["--snakefile", str(ROOT / "Snakefile"), "--cores", "1"])


def said(folder: Path) -> tuple[int, list[str]]:
    """The exit status and the lines that Snakemake printed, without its own greeting."""
    import snakemake.cli  # noqa: F401 (imported here so that each child need not)

    child = multiprocessing.get_context("fork").Process(target=start_snakemake, args=(folder, folder / "printed"))
    child.start()
    child.join(60)
    lines = (folder / "printed").read_text().splitlines()
    return child.exitcode, [line for line in lines if not line.startswith("Using ")]


@pytest.mark.parametrize("name", CONFIGS)
def test_a_bad_configuration_is_explained(name, tmp_path):
    text, lines = CONFIGS[name]
    lay_out(tmp_path)
    (tmp_path / "films.tsv").write_text(GOOD_TABLE)
    (tmp_path / "config").mkdir()
    (tmp_path / "config/config.yaml").write_text(text)
    assert said(tmp_path) == (1, lines)
    assert not (tmp_path / "results").exists()


@pytest.mark.parametrize("name", TABLES)
def test_a_bad_table_is_explained(name, tmp_path):
    text, lines = TABLES[name]
    lay_out(tmp_path)
    (tmp_path / "videos.tsv").write_bytes(text if isinstance(text, bytes) else text.encode())
    (tmp_path / "config").mkdir()
    (tmp_path / "config/config.yaml").write_text("videos: videos.tsv\n")
    assert said(tmp_path) == (1, lines)
    assert not (tmp_path / "results").exists()


def test_faults_of_configuration_and_table_are_said_together(tmp_path):
    (tmp_path / "config").mkdir()
    (tmp_path / "config/config.yaml").write_text("videos: videos.tsv\nsed: 1\n")
    (tmp_path / "videos.tsv").write_text(GOOD_TABLE.replace("demo:street", "demo:stret"))
    status, lines = said(tmp_path)
    assert status == 1
    assert [line.split(":")[0] for line in lines] == ["config", "videos.tsv"]
