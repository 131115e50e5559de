"""Every fault of the gallery, through Snakemake itself: its lines, exit 1, no traceback, and no job was started."""

from pathlib import Path

import pytest
from flow import snakemake
from gallery import CONFIGS, TABLES, lay_out

pytestmark = pytest.mark.slow

GOOD_TABLE = "video\tsource\tpipelines\tcategories\tlicence\nstreet\tdemo:street\ttracks\t\tCC0-1.0\n"


def said(folder: Path) -> tuple[int, list[str]]:
    """The exit status and the lines that Snakemake printed, without its own greeting."""
    result = snakemake(folder)
    return result.status, [line for line in result.text.splitlines() if not line.startswith("Using ")]


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


def test_numbers_on_the_command_line_are_numbers(tmp_path):
    (tmp_path / "videos.tsv").write_text(GOOD_TABLE)
    good = snakemake(tmp_path, "-n", "--config", "videos=videos.tsv", "sources={attempts: 5, youtube: {height: 480}}")
    assert good.status == 0, good.text
    bad = snakemake(tmp_path, "-n", "--config", "videos=videos.tsv", "sources={attempts: 50}")
    assert "config: sources.attempts = 50: must be at most 10" in bad.text
