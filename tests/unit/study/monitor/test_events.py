"""Each job of a run is an event in a file, whatever Snakemake is told to print."""

import json
import logging
import os
from pathlib import Path

import pytest

from framewright.study.monitor.events import EventLog, called_in, read_choices
from framewright.study.monitor.run import EventReader, Run, earlier_seconds

JOB = {"jobid": 7, "rule_name": "tracks_deface", "wildcards": {"video": "street"}, "log": ["logs/street.log"]}


@pytest.fixture
def logger(tmp_path):
    logger = logging.Logger("snakemake", logging.INFO)
    logger.addHandler(EventLog(tmp_path / "deep" / "events.jsonl"))
    return logger


def say(logger, event, **known):
    logger.info(None, extra={"event": event, **known})


def events(tmp_path):
    return [json.loads(line) for line in (tmp_path / "deep" / "events.jsonl").read_text().splitlines()]


def test_a_run_is_written_as_it_goes(logger, tmp_path):
    say(logger, "run_info", stats={"tracks_deface": 3, "total": 3})
    logger.handlers[0].begin()
    say(logger, "job_info", **JOB)
    logger.info("something else")
    say(logger, "job_error", jobid=7)
    say(logger, "job_info", **JOB)
    say(logger, "job_finished", job_id=7)
    logger.handlers[0].close()
    found = events(tmp_path)
    assert [event["event"] for event in found] == ["run", "job", "failed", "job", "done", "end"]
    assert (found[0]["pid"], found[0]["jobs"]) == (os.getpid(), {"tracks_deface": 3})
    assert found[1] | {"time": 0} == {
        **{"event": "job", "id": 7, "rule": "tracks_deface", "wildcards": {"video": "street"}},
        **{"log": ["logs/street.log"], "time": 0},
    }


def test_the_last_run_that_made_something_says_what_it_was_told(tmp_path, monkeypatch):
    def run(jobs, *arguments):
        log = EventLog(tmp_path / ".snakemake/framewright/events.jsonl")
        monkeypatch.setattr("sys.argv", ["snakemake", *arguments])
        log._jobs = jobs
        log.begin()
        log.close()
        return read_choices(tmp_path)

    assert read_choices(tmp_path) == []
    told = ["--config", "videos=videos.tsv", "seed=7"]
    assert run({"tracks_deface": 1}, "-c8", *told, "--", "tracks") == told
    assert run({"check": 1, "all": 1}, "-c1", "check") == told  # a check makes nothing
    assert run({"tracks_deface": 1}, "--configfile", "mine.yaml", "-c8") == [
        "--configfile",
        str(Path.cwd() / "mine.yaml"),
    ]
    assert run({"tracks_deface": 1}, "-c8") == []


def test_a_dry_run_writes_nothing(logger, tmp_path):
    say(logger, "run_info", stats={"total": 0})
    say(logger, "job_info", **JOB)
    logger.handlers[0].close()
    assert list(tmp_path.iterdir()) == []


def test_what_cannot_be_written_fails_no_run(tmp_path):
    (tmp_path / "deep").touch()
    logger = logging.Logger("snakemake", logging.INFO)
    logger.addHandler(EventLog(tmp_path / "deep" / "events.jsonl"))
    say(logger, "run_info", stats={"a_b": 1, "total": 1})
    logger.handlers[0].begin()
    say(logger, "job_info", **JOB)


@pytest.mark.parametrize(
    ("directory", "here", "shell", "called"),
    [
        (None, "/data/study", "/elsewhere", "/data/study"),
        ("study", "/data/study", None, "/data"),
        ("./a/b", "/data/a/b", "/x", "/data"),
        ("/data/study", "/data/study", "/home", "/home"),
        ("../study", "/data/study", "/data/house", "/data/house"),
        ("/data/study", "/data/study", None, "/data/study"),
    ],
)
def test_where_snakemake_was_called(directory, here, shell, called):
    assert called_in(directory, Path(here), shell) == Path(called)


def run_of(*found):
    run = Run()
    for event in found:
        run.add(event)
    return run


BEGIN = {
    "event": "run",
    "time": 0,
    "pid": 1,
    "host": "a",
    "command": [],
    "cwd": "/",
    "jobs": {"tracks_deface": 4, "tracks": 1},
}


def job(number, time, rule="tracks_deface"):
    known = {"rule": rule, "wildcards": {"video": "v"}, "log": [f"{number}.log"]}
    return {"event": "job", "id": number, "time": time} | known


def ended(number, time, event="done"):
    return {"event": event, "id": number, "time": time}


def test_jobs_run_are_done_and_fail():
    run = run_of(BEGIN, job(1, 0), job(2, 0), ended(1, 10), ended(2, 12, "failed"))
    assert (run.done, run.running()) == ({"tracks_deface": 1}, [])
    assert [failed.name for failed in run.failures()] == ["tracks_deface v"]
    run.add(job(2, 13))
    assert (run.failures(), [running.log for running in run.running()]) == ([], ["2.log"])


def test_time_left_follows_what_rules_took_and_how_many_run_at_once():
    run = run_of(BEGIN, job(1, 0), ended(1, 10), job(2, 10))
    # three of 10 s, one of which has run for 4 s, and one of a rule that nothing is known of
    assert run.seconds_left(14, lambda rule: None) == pytest.approx(10 * 4 - 4)
    assert run.seconds_left(14, lambda rule: 2.0) == pytest.approx(10 * 3 + 2 - 4)
    run.add(job(3, 14))
    assert run.seconds_left(14, lambda rule: 2.0) == pytest.approx((10 * 3 + 2 - 4) / 2)
    assert run.jobs_a_minute(20) == pytest.approx(3)


def test_without_any_job_done_nothing_tells_the_time_left():
    assert run_of(BEGIN, job(1, 0)).seconds_left(5, lambda rule: None) is None


def test_each_event_is_read_once_and_a_new_run_from_its_beginning(tmp_path):
    path = tmp_path / "events.jsonl"
    reader = EventReader(path)
    assert reader.read() is None
    path.write_text(json.dumps(BEGIN) + "\n" + json.dumps(job(1, 0)) + "\n" + '{"event": "do')
    assert len(reader.read().running()) == 1
    with path.open("a") as file:
        file.write('ne", "id": 1, "time": 3}\n')
    assert reader.read().done == {"tracks_deface": 1}
    other = tmp_path / "other"
    other.write_text(json.dumps(BEGIN | {"pid": 2}) + "\n" + "a line that a full disk cut off\n")
    other.replace(path)
    assert (reader.read().pid, reader.read().done) == (2, {})


def test_earlier_runs_tell_what_a_rule_takes(tmp_path):
    (tmp_path / "tracks_deface").mkdir()
    for name, seconds in (("a", 4), ("b", 6)):
        (tmp_path / f"tracks_deface/{name}.tsv").write_text(f"s\th:m:s\n{seconds}\t0:00:04\n")
    (tmp_path / "tracks_card.tsv").write_text("broken")
    known = earlier_seconds(tmp_path)
    assert (known("tracks_deface"), known("tracks_card"), known("none")) == (5.0, None, None)
