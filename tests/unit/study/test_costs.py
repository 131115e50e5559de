"""Benchmarks of all jobs add up by rule; one that is odd or lost changes nothing else."""

from pathlib import Path

import pytest

from framewright.report.costs import Cost, costs_table, draw_costs, read_costs

HEADER = "s\th:m:s\tmax_rss\tmax_vms\tcpu_time\n"


def benchmark(path: Path, *rows: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(HEADER + "".join(row + "\n" for row in rows))


@pytest.fixture
def folder(tmp_path) -> Path:
    benchmark(tmp_path / "sources_render/street.tsv", "20.5\t0:00:20\t229.0\t654.7\t11.0")
    benchmark(tmp_path / "sources_render/film.tsv", "4.5\t0:00:04\t300.5\t654.7\t4.0")
    benchmark(tmp_path / "tracks_parse/deep/one.tsv", "0.1\t0:00:00\tNA\tNA\tNA")
    benchmark(tmp_path / "flexpatch_train.tsv", "60.0\t0:01:00\t-\t-\t0")
    return tmp_path


def test_the_jobs_of_a_rule_add_up_and_the_largest_counts_for_memory(folder):
    assert read_costs(folder) == [
        Cost("flexpatch_train", 1, 60.0, 0.0, None),
        Cost("sources_render", 2, 25.0, 15.0, 300.5),
        Cost("tracks_parse", 1, 0.1, None, None),
    ]


def test_what_is_not_a_benchmark_is_left_out(folder):
    known = read_costs(folder)
    (folder / "odd.tsv").write_bytes(b"\xff\x00 no table")
    (folder / "empty.tsv").touch()
    (folder / "dangling.tsv").symlink_to("nowhere")
    assert read_costs(folder) == known
    assert read_costs(folder / "nowhere") == []


def test_the_table_has_a_row_for_each_rule(folder):
    rows = [line.split("\t") for line in costs_table(read_costs(folder)).splitlines()]
    assert rows[0] == ["rule", "jobs", "seconds", "cpu_seconds", "mebibytes"]
    assert rows[2:] == [["sources_render", "2", "25.0", "15.0", "300.5"], ["tracks_parse", "1", "0.1", "", ""]]


@pytest.mark.parametrize(
    ("costs", "shown"),
    [
        pytest.param([], ["No job has been measured."], id="nothing"),
        pytest.param([Cost("a_b", 1, 0.0, None, None)], ["0.0 s", "too short"], id="no time at all"),
        pytest.param([Cost("a_b", 64_000, 360_000.0, 1.0, 14_000.0)], ["100.0 h", "× 64,000", "13.7 GiB"], id="large"),
    ],
)
def test_the_picture_says_the_numbers(costs, shown):
    svg = draw_costs(costs)
    assert all(words in svg for words in shown)
    assert "nan" not in svg and "inf" not in svg
