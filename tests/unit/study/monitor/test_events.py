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


def test_jobs_a_minute_are_those_of_the_last_five():
    run = run_of(BEGIN, *(event for number in range(4) for event in (job(number, 0), ended(number, 100 * number))))
    assert run.jobs_a_minute(300) == 60 * 4 / 300
    assert run.jobs_a_minute(301) == 60 * 3 / 300  # the first was done more than 300 seconds ago
    assert run.jobs_a_minute(600) == 60 * 1 / 300
    assert run.jobs_a_minute(601) == 0
    early = run_of(BEGIN, job(1, 0), ended(1, 0.5))
    assert early.jobs_a_minute(0.5) == 60  # of one second at least
    assert run_of(BEGIN, job(1, 0), ended(1, 0.5)).jobs_a_minute(20) == 3


def test_the_time_left_of_nothing_is_none_and_of_late_jobs_not_less():
    run = run_of(BEGIN | {"jobs": {"a": 1}}, job(1, 0, "a"), ended(1, 10))
    assert run.seconds_left(11, lambda rule: None) == 0.0
    late = run_of(BEGIN | {"jobs": {"a": 3}}, job(1, 0, "a"), ended(1, 10), job(2, 10, "a"))
    assert late.seconds_left(999, lambda rule: None) == pytest.approx(10.0)  # the last job, after the one that is late


def test_a_rule_of_which_nothing_is_known_takes_the_mean_of_the_others():
    run = run_of(BEGIN | {"jobs": {"a": 2, "b": 2, "c": 2}}, job(1, 0, "a"), ended(1, 8))
    assert run.seconds_left(8, {"b": 4.0}.get) == pytest.approx(8 + 2 * 4 + 2 * 6)
    assert run_of(BEGIN | {"jobs": {"b": 2}}).seconds_left(8, {"b": 4.0}.get) == pytest.approx(8)


def test_as_many_jobs_run_at_once_as_until_now():
    parallel = [job(number, 0) for number in range(4)] + [ended(number, 10) for number in range(4)]
    run = run_of(BEGIN | {"jobs": {"tracks_deface": 12}}, *parallel)
    assert run.seconds_left(10, lambda rule: None) == pytest.approx(8 * 10 / 4)
    assert run.seconds_left(20, lambda rule: None) == pytest.approx(8 * 10 / 2)
    assert run_of(BEGIN | {"jobs": {"b": 3}}).seconds_left(0, {"b": 4.0}.get) == pytest.approx(12)


def test_a_run_knows_what_it_was_told_and_when_it_ended():
    run = run_of(BEGIN | {"time": 5, "command": ["-n"], "cwd": "/x"}, job(1, 7), ended(1, 9), ended(8, 10))
    assert (run.begin, run.last, run.ended, run.command, run.cwd) == (5, 10, False, ["-n"], "/x")
    assert (run.spent, run.jobs, run.running()) == ({"tracks_deface": 2}, {}, [])
    run.add({"event": "end"})
    assert (run.last, run.ended) == (10, True)  # without a time, that of the event before


def test_the_longest_job_comes_first_and_a_job_has_the_first_of_its_logs():
    run = run_of(BEGIN, job(1, 9), job(2, 4), job(3, 6) | {"log": []}, job(4, 1), ended(4, 3, "failed"))
    assert [(one.begin, one.log) for one in run.running()] == [(4, "2.log"), (6, ""), (9, "1.log")]
    [failed] = run.failures()
    assert (failed.begin, failed.end, failed.failed) == (1, 3, True)


def test_a_file_that_became_shorter_is_read_from_its_beginning(tmp_path):
    path = tmp_path / "events.jsonl"
    path.write_text(json.dumps(BEGIN) + "\n" + json.dumps(job(1, 0)) + "\n")
    reader = EventReader(path)
    assert len(reader.read().jobs) == 1
    known = reader.run
    assert reader.read() is known and len(known.jobs) == 1  # nothing new: nothing is read twice
    path.write_text(json.dumps(BEGIN | {"pid": 3}) + "\n")
    assert (reader.read().pid, reader.read().jobs) == (3, {})
    path.unlink()
    assert reader.read().pid == 3
    path.write_text("")
    assert reader.read() is None


def test_twenty_benchmarks_of_videos_tell_what_a_rule_takes(tmp_path):
    (tmp_path / "a").mkdir()
    for number in range(22):
        seconds = 3 if number < 20 else 1000
        (tmp_path / f"a/{number:02d}.tsv").write_text(f"s\th\n{seconds}\t0\n")
    assert earlier_seconds(tmp_path)("a") == 3
    (tmp_path / "a.tsv").write_text("s\th\n24\t0\n")
    assert earlier_seconds(tmp_path)("a") == (20 * 3 + 24) / 21


def test_a_benchmark_that_was_cut_off_tells_nothing(tmp_path):
    (tmp_path / "a.tsv").write_text("s\th:m:s\n4\n")
    (tmp_path / "b.tsv").write_text("s\th:m:s\n")
    known = earlier_seconds(tmp_path)
    assert (known("a"), known("b")) == (None, None)


def test_times_are_written_to_the_millisecond(tmp_path, monkeypatch):
    monkeypatch.setattr("time.time", lambda: 1000.12345)
    log = EventLog(tmp_path / "deep/events.jsonl")
    log.begin()
    record = logging.LogRecord("snakemake", logging.INFO, "", 0, "", None, None)
    record.__dict__.update(event="job_error", jobid=3, created=1001.98765)
    log.emit(record)
    log.close()
    begun, failed, end = events(tmp_path)
    assert (begun["time"], failed["time"], end["time"]) == (1000.123, 1001.988, 1000.123)
