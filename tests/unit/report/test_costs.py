"""What all jobs took adds up by rule; a job that ran again counts once."""

import pytest

from framewright.report.costs import BARS, Cost, add_up, costs_table, draw_costs, read_costs_table
from framewright.study.usage import Usage


def used(rule: str, item: str, seconds: float, cpu_seconds: float, mebibytes: float, begin: float = 0) -> Usage:
    return Usage(rule, item, seconds, cpu_seconds, mebibytes, begin=begin)


JOBS = [
    used("sources_render", "street", 20.5, 11.0, 229.0),
    used("sources_render", "film", 4.5, 4.0, 300.5),
    used("flexpatch_train", "", 9.0, 60.25, 80.0),
]


def test_the_jobs_of_a_rule_add_up_and_the_largest_counts_for_memory():
    assert add_up(JOBS) == [Cost("flexpatch_train", 1, 9.0, 60.25, 80.0), Cost("sources_render", 2, 25.0, 15.0, 300.5)]


def test_a_job_that_ran_again_counts_as_it_ran_last():
    again = used("flexpatch_train", "", 5.0, 30.0, 70.0, begin=1)
    assert Cost("flexpatch_train", 1, 5.0, 30.0, 70.0) in add_up([*JOBS, again])


def test_the_table_has_a_row_for_each_rule_and_is_read_as_it_was_written(tmp_path):
    text = costs_table(add_up(JOBS))
    assert text.splitlines()[0].split("\t") == ["rule", "jobs", "seconds", "cpu_seconds", "mebibytes"]
    (tmp_path / "costs.tsv").write_text(text)
    assert read_costs_table(tmp_path / "costs.tsv") == add_up(JOBS)


@pytest.mark.parametrize(
    ("costs", "shown"),
    [
        pytest.param([], ["No job has been measured."], id="nothing"),
        pytest.param([Cost("a_b", 1, 0.0, 0.0, 0.0)], ["0.0 s", "0 MiB"], id="no time at all"),
        pytest.param([Cost("a_b", 64_000, 1.0, 360_000.0, 14_000.0)], ["100.0 h", "× 64,000", "13.7 GiB"], id="large"),
    ],
)
def test_the_picture_says_the_numbers(costs, shown):
    svg = draw_costs(costs)
    assert all(words in svg for words in shown)
    assert "nan" not in svg and "inf" not in svg


def test_rules_that_cost_least_share_a_line():
    costs = [Cost(f"rule_{place}", 1, 2.0, 100.0 - place, 5.0) for place in range(BARS + 6)]
    svg = draw_costs(costs)
    assert "7 other rules" in svg and f"rule_{BARS - 2}<" in svg and f"rule_{BARS - 1}<" not in svg
    width, height = map(int, svg.split('viewBox="0 0 ')[1].split('"')[0].split())
    assert width / height >= 16 / 9
