"""A phase of a bucket from its beginning to its end: whose the bucket is, how long a job works, and what crashed."""

import json
import logging
import os
import signal
import subprocess
from pathlib import Path
from types import SimpleNamespace

import pytest

from framewright.errors import PassingError, UserError
from framewright.study import certain, job
from framewright.study.bucket_jobs import lease, mode, run, stamps
from framewright.study.bucket_jobs.lease import Holder
from framewright.study.bucket_jobs.phases import (
    FETCH,
    GPU,
    WORK,
    Digests,
    Step,
    assign_phases,
    list_allowed,
    name_phase,
)
from framewright.study.bucket_jobs.plan import Plan
from framewright.study.bucket_jobs.run import GO_ON, Means, Phase, Stop, compose_command, read_time_left, run_phase
from framewright.study.bucket_jobs.stamps import Crash, Stamp, check_crashes, count_crashes, read_stamp, write_stamp
from framewright.study.record import read_record, write_record

LOG = logging.getLogger("test")


# Leases


@pytest.mark.parametrize(("patience", "naps"), [(0.0, 0), (3.9, 2), (4.0, 2), (4.1, 3), (None, 60)])
def test_a_job_looks_every_two_seconds_whether_another_has_ended_for_two_minutes_at_most(tmp_path, patience, naps):
    lease.take_lease(tmp_path, Holder(1, "n1"), lambda holder: True)
    slept = []
    known = {} if patience is None else {"patience": patience}
    with pytest.raises(PassingError, match="process 1 on n1 is at work here; end it, or wait until it is gone"):
        lease.take_lease(tmp_path, Holder(2, "n1"), lambda holder: True, slept.append, **known)
    assert slept == [2.0] * naps
    assert read_record(tmp_path / lease.NAME)["pid"] == 1


@pytest.mark.parametrize(
    ("other", "holder", "waits"),
    [
        (Holder(1, "a", "7"), Holder(1, "a", "7"), False),
        (Holder(1, "a", "7", "0"), Holder(2, "b", "7", "1"), False),
        (Holder(1, "a", "7"), Holder(2, "b", "8"), True),
        (Holder(1, "a", "7"), Holder(2, "b"), True),
        (Holder(1, "a"), Holder(2, "b"), True),
        (Holder(1, "a"), Holder(1, "a"), False),
    ],
)
def test_a_job_waits_for_others_and_not_for_its_own_earlier_beginning(tmp_path, other, holder, waits):
    lease.take_lease(tmp_path, other, lambda holder: True)
    asked = []
    lease.take_lease(tmp_path, holder, lambda other: asked.append(other) or False)
    assert asked == ([other] if waits else [])
    lease.give_back(tmp_path, other)
    assert (tmp_path / lease.NAME).exists() is (other != holder)
    (tmp_path / lease.NAME).write_text("a disk that was full")
    lease.take_lease(tmp_path, holder, lambda other: True)
    assert [path.name for path in tmp_path.iterdir()] == [lease.NAME]


@pytest.mark.parametrize(
    ("status", "said", "complained", "lives"),
    [
        *((0, "RUNNING\n", "", True), (0, "PENDING\n", "", True), (0, "COMPLETED\n", "", False), (0, "", "", False)),
        *((0, "FAILED\nRUNNING\n", "", True), (0, "FAILED\nTIMEOUT\n", "", False)),
        *((1, "", "Invalid job id specified", False), (1, "", "no answer", True), (1, "COMPLETED", "no answer", True)),
    ],
)
def test_slurm_knows_whether_its_job_lives(monkeypatch, status, said, complained, lives):
    told = SimpleNamespace(returncode=status, stdout=said, stderr=complained)
    monkeypatch.setattr(lease.subprocess, "run", lambda *words, **options: told)
    assert lease.is_living(Holder(1, "a", "7")) is lives


@pytest.mark.parametrize("error", [OSError(), subprocess.TimeoutExpired("squeue", 60)])
def test_a_job_counts_as_living_where_slurm_does_not_answer(monkeypatch, error):
    def fail(*words, **options):
        raise error

    monkeypatch.setattr(lease.subprocess, "run", fail)
    assert lease.is_living(Holder(1, "a", "7")) is True


def test_a_process_of_another_user_lives_and_one_of_another_machine_does_not(monkeypatch):
    here = lease.describe_this({"SLURM_RESTART_COUNT": "2"})
    assert (here.pid, here.slurm, here.restarts) == (os.getpid(), "", "2")
    assert not lease.is_living(Holder(here.pid, f"{here.host}-2"))

    def refuse(pid, number):
        assert (pid, number) == (5, 0)  # a signal that does nothing
        raise PermissionError

    monkeypatch.setattr(lease.os, "kill", refuse)
    assert lease.is_living(Holder(5, here.host)) is True


# Phases


def test_phases_of_work_are_odd_and_those_of_gpus_even():
    assert [name_phase(number) for number in range(6)] == ["0-fetch", "1-work", "2-gpu", "3-work", "4-gpu", "5-work"]


def chain(*kinds: str) -> list[Step]:
    return [Step(f"a_{n}", kind, True, (f"{n - 1}",), (f"{n}",)) for n, kind in enumerate(kinds)]


@pytest.mark.parametrize("backwards", [False, True])
@pytest.mark.parametrize(
    ("kinds", "phases"),
    [
        ([WORK, WORK, WORK], [1, 1, 1]),
        ([GPU, WORK], [2, 3]),
        ([WORK, GPU, GPU, WORK, GPU, WORK], [1, 2, 2, 3, 4, 5]),
        ([FETCH, GPU, WORK], [0, 2, 3]),
        ([FETCH, FETCH], [0, 0]),
        ([FETCH, WORK, FETCH, WORK], [0, 1, 0, 1]),
    ],
)
def test_what_reads_comes_after_what_makes_or_with_it_where_they_are_of_one_kind(kinds, phases, backwards):
    steps = chain(*kinds)
    found = assign_phases(reversed(steps) if backwards else steps)
    assert [found[step.name] for step in steps] == phases


def test_what_the_whole_study_makes_is_there_before_the_first_phase_or_after_what_it_reads():
    whole = Step("a_all", WORK, False, ("0",), ("all",))
    reader = Step("a_last", WORK, True, ("all",), ("last",))
    assert assign_phases([*chain(WORK), whole, reader]) == {"a_0": 1, "a_last": 3}
    first = Step("a_all", WORK, False, (), ("all",))
    assert assign_phases([first, reader]) == {"a_last": 1}
    again = Step("a_own", WORK, True, ("own",), ("own",))  # it reads what it makes
    assert assign_phases([again]) == {"a_own": 1}


def test_a_job_runs_no_rule_of_a_later_phase_of_another_kind_or_pipeline():
    steps = [
        *(Step("a_get", FETCH, True, (), ()), Step("a_one", WORK, True, (), ()), Step("a_gpu", GPU, True, (), ())),
        *(Step("a_two", WORK, True, (), ()), Step("a_all", WORK, False, (), ()), Step("b_one", WORK, True, (), ())),
    ]
    phases = {"a_get": 0, "a_one": 1, "a_gpu": 2, "a_two": 3, "b_one": 1}
    assert [list_allowed(steps, phases, phase, ["a"]) for phase in range(4)] == [
        *(["a_get"], ["a_one"], ["a_one", "a_gpu"], ["a_one", "a_two"]),
    ]


def test_in_a_bucket_without_videos_only_what_is_made_once_a_bucket_has_work():
    each, once = Step("a_each", WORK, True, (), ("{video}/x",)), Step("a_once", WORK, True, (), ("{bucket}",), True)
    for steps, phases in (([each], []), ([each, once], [1])):
        plan = Plan(steps, ["a"], [(["{video}/x"], ["v"]), (["{bucket}"], None)], lambda name, video: True)
        assert plan.list_phases([]) == phases and plan.list_phases(["v"]) == [1]


def test_equal_settings_have_equal_digests_and_a_changed_list_is_read_again_while_it_is_short():
    digests = Digests()
    assert digests.digest({"a": [1, 2], "b": 3}) == Digests().digest({"b": 3, "a": [1, 2]})
    assert len(digests.digest({"a": 1})) == 32 and digests.digest("x") == "'x'"
    assert digests.digest({"a": 1}) != digests.digest({"a": 2}) != digests.digest({"b": 2})
    long, short = ["x" * 1997], ["x" * 1996]  # 2001 and 2000 letters as text
    told = {id(one): digests.digest(one) for one in (long, short)}
    long[0], short[0] = "y", "y"
    assert digests.digest(long) == told[id(long)] and digests.digest(short) != told[id(short)]


@pytest.mark.parametrize(("buckets", "wanted"), [(0, False), (1, False), (2, True), (3, True)])
def test_jobs_are_buckets_only_where_there_are_several(buckets, wanted):
    assert mode.choose_bucket_jobs(True, {}, buckets) is wanted
    environment = mode.plan_videos({"PATH": "/bin"})
    assert mode.choose_bucket_jobs(True, environment, buckets) is False and environment == {"PATH": "/bin"}


# Stamps


def test_only_crashes_of_the_pipelines_asked_for_break_a_promise(tmp_path):
    write_stamp(tmp_path / "a", Stamp({"x": Crash("tracks_deface", "gone"), "y": Crash("patches_cut", "no")}, 5))
    assert check_crashes([tmp_path / "a"], ["sources"]) == []
    [finding] = check_crashes([tmp_path / "a", tmp_path / "a"], ["tracks", "patches"])
    assert (finding.ok, finding.detail) == (False, "x: tracks_deface: gone; y: patches_cut: no")
    assert stamps.count_frames(tmp_path / "a") == 5 and stamps.count_frames(tmp_path / "none") == 0
    joined = stamps.join_stamps([tmp_path / "a", tmp_path / "a"])
    assert joined.frames == 10 and set(joined.crashed) == {"x", "y"}
    assert stamps.join_stamps([]) == Stamp({}, 0) == Stamp()


@pytest.mark.parametrize("text", ["", "{}", "[1]", '{"crashed": {"a": {"x": 1}}, "frames": 1}'])
def test_what_is_no_stamp_is_said_to_be_none(tmp_path, text):
    (tmp_path / "a").write_text(text)
    with pytest.raises(UserError, match="not a stamp"):
        read_stamp(tmp_path / "a")


def test_a_count_of_crashes_that_can_not_be_read_is_none(tmp_path):
    stamps.add_crash(tmp_path, "a/1-work/0-of-2")
    (tmp_path / "a/1-work/1-of-2.json").write_text("x")
    assert count_crashes(tmp_path) == {"a/1-work/0-of-2": 1}
    stamps.add_crash(tmp_path, "a/1-work/1-of-2")
    assert count_crashes(tmp_path) == {"a/1-work/0-of-2": 1, "a/1-work/1-of-2": 1}


# The time that a job has


@pytest.mark.parametrize(
    ("said", "left"),
    [
        ("2:00:00", 7200 - 900),
        ("1:00:00", 3600 - 900),
        ("40:00", 1800.0),
        ("0:04", 3.0),
        ("UNLIMITED", None),
        ("", None),
    ],
)
def test_a_quarter_of_an_hour_before_the_limit_or_a_quarter_of_it_no_job_is_begun(monkeypatch, said, left):
    monkeypatch.setattr(run.subprocess, "run", lambda *words, **options: SimpleNamespace(stdout=f"{said}\n"))
    found = read_time_left({"SLURM_JOB_ID": "7"}, 1000.0)
    assert found == (None if left is None else 1000.0 + left)
    assert read_time_left({}, 1000.0) is None


def test_where_slurm_does_not_answer_a_job_takes_what_it_takes(monkeypatch):
    monkeypatch.setenv("PATH", "/nowhere")
    assert read_time_left({"SLURM_JOB_ID": "7"}, 0.0) is None


def test_a_squeue_that_fails_ends_no_job(tmp_path, monkeypatch):
    (tmp_path / "squeue").write_text("#!/bin/sh\necho slurm_load_jobs error >&2\nexit 1\n")
    (tmp_path / "squeue").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    assert read_time_left({"SLURM_JOB_ID": "7"}, 0.0) is None
    assert lease.is_living(Holder(1, "a", "7")) is True  # nobody knows
    (tmp_path / "squeue").write_text("#!/bin/sh\n[ $1 = --noheader ] && echo 1:00:00\n")
    assert read_time_left({"SLURM_JOB_ID": "7"}, 0.0) == 2700.0


class Child:
    """A process that ends after some looks at it."""

    def __init__(self, looks: int) -> None:
        self.looks, self.signals = looks, []

    def wait(self, seconds: float) -> int:
        self.looks -= 1
        if self.looks >= 0:
            raise subprocess.TimeoutExpired("child", seconds)
        return 3

    def send_signal(self, number: int) -> None:
        self.signals.append((number, self.looks))


@pytest.fixture
def _signals():
    numbers = (signal.SIGTERM, signal.SIGUSR1, signal.SIGUSR2)
    before = [signal.getsignal(number) for number in numbers]
    yield
    for number, handler in zip(numbers, before, strict=True):
        signal.signal(number, handler)


@pytest.mark.usefixtures("_signals")
@pytest.mark.parametrize(
    ("at", "told"), [(None, []), (102.0, [(signal.SIGTERM, 2)]), (104.0, [(signal.SIGTERM, 0)]), (105.0, [])]
)
def test_at_its_time_what_runs_is_asked_to_end_once(monkeypatch, at, told):
    clock = iter(range(101, 200))
    monkeypatch.setattr(run.time, "monotonic", lambda: next(clock))
    stop, child = Stop(at), Child(4)
    assert stop.wait(child) == 3
    assert child.signals == told and stop.asked is bool(told)


@pytest.mark.usefixtures("_signals")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGUSR1, signal.SIGUSR2])
def test_a_signal_asks_to_end_once(number):
    stop, child = Stop(), Child(3)
    signal.raise_signal(number)
    assert stop.wait(child) == 3 and child.signals == [(signal.SIGTERM, 2)] and stop.asked


# A phase


@pytest.mark.parametrize(
    ("cores", "gpus", "places"), [(8, "", 4), (8, "0", 4), (8, "0,1", 8), (16, "0,1", 8), (2, "0", 2), (16, ",1,", 4)]
)
def test_four_jobs_share_a_gpu_but_no_more_than_there_are_cores(cores, gpus, places):
    phase = Phase("0-of-2", "2-gpu", "sources", [], [], "", [])
    command = compose_command(phase, Means(cores, 5, 1, 1, "python", Path("Snakefile")), {"CUDA_VISIBLE_DEVICES": gpus})
    assert f"gpu={places}" in command


INSIDE = """#!/bin/sh
echo "$FRAMEWRIGHT_WITHOUT" >> {asked}
[ "$FRAMEWRIGHT_WITHOUT" = '{ends}' ] && exit 0
mkdir -p .snakemake/framewright
exec 3> {place}
echo '{{"event": "run", "time": 1, "pid": '$$', "host": "a", "command": [], "cwd": "/", "jobs": {{}}}}' >&3
echo '{{"event": "job", "time": 1, "id": 1, "rule": "tracks_deface", "wildcards": {wildcards}, "log": ["a.log"]}}' >&3
echo '{{"event": "failed", "time": 2, "id": 1}}' >&3
printf 'begin\\nerror: no film\\n' > a.log
exit 1
"""


@pytest.fixture
def begin(tmp_path, monkeypatch, _signals):
    """Runs a phase whose Snakemake fails in a job with these wildcards until it is told to leave `ends` out."""
    study = tmp_path / "study"
    study.mkdir()
    monkeypatch.chdir(study)
    monkeypatch.setenv(job.BEGIN, "now")
    for name in ("SLURM_JOB_ID", "CUDA_VISIBLE_DEVICES"):
        monkeypatch.delenv(name, raising=False)
    program = tmp_path / "python"

    def work(ends=(), wildcards=None, attempt=1, attempts=2, before=()):
        told = {"asked": tmp_path / "asked", "place": run.PLACE, "ends": json.dumps(list(ends))}
        program.write_text(INSIDE.format(**told, wildcards=json.dumps(wildcards or {"video": "a"})))
        program.chmod(0o755)
        phase = Phase(
            "0-of-2", "1-work", "sources+tracks", ["a", "b"], ["tracks_deface"], f"{study}/{{video}}.json", []
        )
        means = Means(2, 1000, attempt, attempts, str(program), Path("Snakefile"))
        return run_phase(phase, means, before, {"seed": 1}, LOG)

    return work


FOLDER = Path(".framewright/buckets/0-of-2")


def test_a_phase_that_makes_all_counts_its_frames_and_leaves_the_bucket_to_others(begin, tmp_path):
    write_record("a.json", {"video": "a", "status": "ok", "frames": 40})
    for name in ("a", "b"):
        Path("logs/tracks_deface").mkdir(parents=True, exist_ok=True)
        Path(f"logs/tracks_deface/{name}.log").write_text("done")
    assert begin() == Stamp({}, 40)
    assert read_record(FOLDER / "framewright.json") == {"seed": 1}
    assert not (FOLDER / lease.NAME).exists() and count_crashes(run.CRASHES) == {}
    assert Path("logs/packed/1-work/0-of-2.tar.gz").exists() and not Path("logs/tracks_deface").exists()
    assert (tmp_path / "asked").read_text() == "[]\n"


def test_what_crashed_in_the_last_attempt_is_left_out_and_the_rest_is_made(begin, tmp_path):
    Path("logs/tracks_deface").mkdir(parents=True)
    for name in ("a", "b"):
        Path(f"logs/tracks_deface/{name}.log").write_text("done")
    stamp = begin(ends=["a"], attempt=2, attempts=2)
    assert stamp == Stamp({"a": Crash("tracks_deface", "no film")}, 0)
    assert (tmp_path / "asked").read_text() == '[]\n["a"]\n'
    assert count_crashes(run.CRASHES) == {"sources+tracks/1-work/0-of-2": 1}
    assert Path("logs/tracks_deface/a.log").exists() and not Path("logs/tracks_deface/b.log").exists()


def test_what_crashed_in_an_earlier_phase_is_left_out_from_the_first(begin, tmp_path):
    write_stamp("before", Stamp({"b": Crash("sources_probe", "no")}, 3))
    assert begin(ends=["b"], before=["before"]) == Stamp({"b": Crash("sources_probe", "no")}, 0)
    assert (tmp_path / "asked").read_text() == '["b"]\n'


def test_what_may_pass_is_tried_again_while_there_are_attempts(begin):
    with pytest.raises(PassingError, match=r"^bucket 0-of-2: tracks_deface a failed; the next attempt tries again$"):
        begin(ends=["a"], attempt=1, attempts=2)
    assert not (FOLDER / lease.NAME).exists() and count_crashes(run.CRASHES) == {}


def test_what_is_certain_to_recur_is_left_out_in_the_first_attempt(begin, monkeypatch):
    (FOLDER / certain.FOLDER).mkdir(parents=True)
    monkeypatch.chdir(FOLDER)
    certain.record("a.log", "now", UserError("no film"))
    monkeypatch.chdir("../../..")
    assert begin(ends=["a"], attempt=1, attempts=3).crashed == {"a": Crash("tracks_deface", "no film")}


def test_a_failure_that_belongs_to_no_video_fails_the_phase(begin):
    with pytest.raises(PassingError, match=r"^bucket 0-of-2: tracks_deface 0-of-2 failed; its log is above$"):
        begin(["never"], {"bucket": "0-of-2"}, attempt=2, attempts=2)


def test_a_snakemake_that_fails_without_a_job_fails_the_phase(begin, monkeypatch):
    monkeypatch.setattr(run, "EventReader", lambda path: SimpleNamespace(read=lambda: None))
    with pytest.raises(PassingError, match=r"^bucket 0-of-2: Snakemake failed; its log is above$"):
        begin(["never"], attempt=2, attempts=2)


def test_a_job_whose_time_is_over_exits_so_that_the_next_attempt_goes_on(begin, monkeypatch):
    monkeypatch.setattr(run, "read_time_left", lambda environment, now: now - 1.0)
    monkeypatch.setattr(run.subprocess.Popen, "wait", late(run.subprocess.Popen.wait))
    with pytest.raises(SystemExit) as left:
        begin(["never"])
    assert left.value.code == GO_ON == 75
    assert not (FOLDER / lease.NAME).exists()


def late(wait):
    """A process is looked at once before it has ended."""
    seen = []

    def look(process, timeout=None):
        if not seen:
            seen.append(process)
            raise subprocess.TimeoutExpired("child", timeout)
        return wait(process)

    return look
