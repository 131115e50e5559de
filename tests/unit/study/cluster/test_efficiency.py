"""After a run: what jobs took beside what they asked for, and what they should ask for."""

import yaml

from framewright.study.cluster.efficiency import compose_table, propose_requests, rate_jobs, write_proposal
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
