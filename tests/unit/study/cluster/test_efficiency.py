"""After a run: what jobs took beside what they asked for, and what they should ask for."""

import pytest
import yaml

from framewright.study.cluster.efficiency import (
    Efficiency,
    compose_table,
    propose_requests,
    rate_jobs,
    write_proposal,
)
from framewright.study.usage import Usage

JOBS = [
    Usage("tracks_deface", "a", 600, 590, 400, threads=1, mem_mb=2000, runtime=20, begin=1),
    Usage("tracks_deface", "b", 1200, 1180, 500, threads=1, mem_mb=2000, runtime=20, begin=2),
    Usage("tracks_deface", "b", 1200, 1180, 300, threads=1, mem_mb=2000, runtime=20, begin=3),  # again, after an edit
    Usage("tracks_link", "a", 1, 0.4, 100, begin=4),
]


def test_a_rule_is_rated_by_its_largest_and_longest_job_and_a_job_counts_once():
    deface, link = rate_jobs(JOBS)
    assert (deface.rule, deface.jobs, deface.minutes, deface.asked_minutes) == ("tracks_deface", 2, 20.0, 20)
    assert deface.cpu_hours == (590 + 1180) / 3600
    assert deface.busy == 1770 / 1800
    assert deface.megabytes == round(400 * 1.048576) + 420
    assert link.asked_megabytes == 0


def test_what_is_far_from_what_was_asked_for_is_proposed_as_the_site_file_has_it():
    proposed = propose_requests(rate_jobs(JOBS))
    assert proposed == {"tracks_deface": {"mem_mb": "1100 * attempt", "runtime": "60 * attempt"}}
    assert yaml.safe_load("\n".join(write_proposal(proposed))) == {"rules": proposed}


def test_the_memory_that_a_child_may_take_is_not_taken_from_it():
    probe = Usage("sources_probe", "x", 300, 300, 200, mem_mb=4795, runtime=15)
    assert propose_requests(rate_jobs([probe])) == {}


def test_what_fits_stays():
    fitting = Usage("a", "x", 300, 300, 900, mem_mb=1800, runtime=15)
    assert propose_requests(rate_jobs([fitting])) == {}
    assert write_proposal({}) == ["# nothing: what the rules ask for fits what they took"]


def test_the_table_has_a_line_for_each_rule():
    head, deface, link = compose_table(rate_jobs(JOBS))
    assert head.split()[0] == "rule"
    assert deface.split() == ["tracks_deface", "2", "0.49", "98", "%", "839", "of", "2,000", "20.0", "of", "20"]
    assert link.split()[0] == "tracks_link"


def made(rule="a", **changed):
    known = {"rule": rule, "jobs": 1, "cpu_hours": 1.0, "busy": 1.0, "megabytes": 1000, "asked_megabytes": 1300}
    return Efficiency(**known | {"minutes": 10.0, "asked_minutes": 30} | changed)


@pytest.mark.parametrize(
    ("asked", "proposed"),
    [(0, None), (20, "30 * attempt"), (22, None), (30, None), (42, None), (43, "30 * attempt")],
)
def test_time_is_proposed_as_three_times_the_longest_where_less_or_more_than_a_third_off(asked, proposed):
    found = propose_requests([made(asked_minutes=asked)])
    assert found == ({"a": {"runtime": proposed}} if proposed else {})


@pytest.mark.parametrize(
    ("minutes", "asked", "value"), [(1.0, 60, 10), (3.4, 60, 11), (3.34, 8, None), (0.0, 14, None)]
)
def test_no_less_than_ten_whole_minutes_are_proposed(minutes, asked, value):
    found = propose_requests([made(minutes=minutes, asked_minutes=asked)])
    assert found == ({"a": {"runtime": f"{value} * attempt"}} if value else {})


@pytest.mark.parametrize(
    ("megabytes", "asked", "value"),
    [
        (1000, 1300, None),
        (1000, 1850, None),
        (1000, 1900, 1300),
        (1000, 900, 1300),
        (1000, 1000, None),
        (1001, 4000, 1400),
    ],
)
def test_memory_is_proposed_with_a_third_of_room_in_hundreds_of_megabytes(megabytes, asked, value):
    found = propose_requests([made(megabytes=megabytes, asked_megabytes=asked)])
    assert found == ({"a": {"mem_mb": f"{value} * attempt"}} if value else {})


def test_the_costliest_rule_comes_first_and_equal_ones_by_name():
    used = [Usage(rule, "x", 10, seconds, 100) for rule, seconds in (("c", 5), ("a", 5), ("b", 9))]
    assert [rule.rule for rule in rate_jobs(used)] == ["b", "a", "c"]


def test_a_job_holds_its_threads_as_long_as_it_takes_and_one_at_least():
    [rule] = rate_jobs([Usage("a", "x", 100, 90, 100, threads=4), Usage("a", "y", 200, 150, 100, threads=0)])
    assert rule.busy == 240 / 600 and rule.cpu_hours == 240 / 3600
    assert rate_jobs([Usage("a", "x", 0, 0, 1)])[0].busy == 0.0


def test_a_column_says_what_was_taken_of_what_was_asked_for():
    lines = compose_table(
        [made(asked_megabytes=0, asked_minutes=0, busy=0.255, cpu_hours=1234.5, jobs=4000), made("b")]
    )
    assert lines == [
        "rule                         jobs  CPU hours  busy        memory MB    longest minutes",
        "a                           4,000   1,234.50  26 %            1,000               10.0",
        "b                               1       1.00 100 %   1,000 of 1,300         10.0 of 30",
    ]
