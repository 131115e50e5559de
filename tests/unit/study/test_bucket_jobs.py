"""Jobs of whole buckets: their phases, what each makes, who holds a bucket, how a job ends in time."""

import os
import signal
import subprocess
import sys
import tarfile
import time
from dataclasses import replace
from pathlib import Path

import pytest

from framewright.errors import PassingError, UserError
from framewright.study.bucket_jobs import lease, mode
from framewright.study.bucket_jobs.pack import pack_logs
from framewright.study.bucket_jobs.phases import FETCH, GPU, WORK, Digests, Step, assign_phases, name_phase, number_of
from framewright.study.bucket_jobs.plan import Plan
from framewright.study.bucket_jobs.run import (
    Means,
    Phase,
    Stop,
    compose_command,
    compose_environment,
    prepare_folder,
    to_seconds,
)
from framewright.study.bucket_jobs.stamps import (
    Crash,
    Stamp,
    add_crash,
    check_crashes,
    count_crashes,
    count_frames,
    forget_done,
    join_stamps,
    read_stamp,
    write_stamp,
)


def step(name: str, reads: str = "", makes: str = "", kind: str = WORK, each: bool = True) -> Step:
    return Step(name, kind, each, tuple(reads.split()), tuple(makes.split()), once_a_bucket="{bucket}" in makes)


STEPS = [
    step("sources_fetch", "", "{video}/film", FETCH),
    step("sources_link", "", "{video}/film"),
    step("tracks_cover", "{video}/film weights", "{video}/covered"),
    step("tracks_detect", "{video}/covered", "{video}/found", GPU),
    step("tracks_follow", "{video}/found", "{video}/tracks"),
    step("tracks_rows", "{video}/tracks", "rows/{bucket}"),
    step("tracks_card", "rows/{bucket}", "card", each=False),
    step("patches_plan", "{video}/film", "{video}/plan"),
    step("patches_editions", "{video}/plan", "editions", each=False),
    step("patches_cut", "{video}/plan editions", "{video}/patches"),
    step("tracks_npy", "{video}/tracks", "{video}/npy"),
]


def test_a_rule_runs_in_the_first_phase_of_its_kind_in_which_all_it_reads_is_there():
    assert assign_phases(STEPS) == {
        **{"sources_fetch": 0, "sources_link": 1, "tracks_cover": 1, "tracks_detect": 2},
        **{"tracks_follow": 3, "tracks_rows": 3, "patches_plan": 1, "tracks_npy": 3},
        "patches_cut": 3,  # between the plans and it, a rule looks at all of them
    }


def test_without_a_gpu_there_is_one_phase_of_work():
    steps = [replace(one, kind=WORK) if one.kind == GPU else one for one in STEPS]
    phases = assign_phases(steps)
    assert {phases[name] for name in ("tracks_cover", "tracks_detect", "tracks_rows")} == {1}
    assert phases["patches_cut"] == 3


def test_a_phase_has_a_name():
    assert [name_phase(number) for number in (0, 1, 2)] == ["0-fetch", "1-work", "2-gpu"]
    assert number_of("12-gpu") == 12


def make_plan(words: str = "sources tracks patches") -> Plan:
    collected = [
        (["{video}/film"], ["a", "b", "c"]),
        (["{video}/covered"], ["a", "b"]),
        (["{video}/found"], ["a", "b"]),
        (["{video}/tracks"], ["a", "b"]),
        (["rows/{bucket}"], None),
        (["{video}/plan"], ["c"]),
        (["{video}/patches"], [("c", 0)]),
        (["{video}/npy"], []),
    ]

    def fits(name: str, video: str) -> bool:
        pipeline = "patches" if video == "c" else "tracks"
        fetched = {"sources_fetch": video == "b", "sources_link": video != "b"}
        return fetched.get(name, name.startswith(("sources", pipeline)))

    return Plan(STEPS, words.split(), collected, fits)


def test_a_phase_makes_what_is_collected_of_its_videos():
    plan = make_plan()
    assert plan.list_targets(0, "0-of-2", ["a", "b"]) == ["b/film"]
    assert plan.list_targets(1, "0-of-2", ["a", "b", "c"]) == ["a/film", "c/film", "a/covered", "b/covered", "c/plan"]
    assert plan.list_targets(3, "0-of-2", ["a"]) == ["a/tracks", "rows/0-of-2"]
    assert make_plan("sources patches").list_targets(3, "0-of-2", ["a", "c"]) == ["c/patches"]


def test_a_bucket_has_the_phases_in_which_there_is_something_to_do():
    plan = make_plan()
    assert plan.list_phases(["a"]) == [1, 2, 3]
    assert plan.list_phases(["b"]) == [0, 1, 2, 3]
    assert plan.list_phases(["c"]) == [1, 3]  # its rows: every bucket has some
    assert plan.list_phases([]) == [3]
    assert plan.phases_of(["{video}/film"]) == [0, 1]
    assert plan.list_static_inputs(1) == ["weights"]
    assert plan.list_static_inputs(3) == ["editions"]


def test_what_is_made_on_demand_is_in_no_phase():
    assert "tracks_npy" not in {one.name for one in make_plan().list_own(3)}


def test_a_job_runs_rules_of_its_kind_and_work_before_it():
    plan = make_plan()
    assert plan.list_allowed(0) == ["sources_fetch"]
    assert "sources_fetch" not in plan.list_allowed(1)
    assert "tracks_detect" in plan.list_allowed(2) and "tracks_cover" in plan.list_allowed(2)
    assert "tracks_detect" not in plan.list_allowed(3) and "tracks_rows" in plan.list_allowed(3)
    assert "tracks_card" not in plan.list_allowed(3)


def test_a_digest_knows_which_value_is_whose():
    digests = Digests()
    assert digests.digest({"start": None, "end": 10}) != digests.digest({"start": 10, "end": None})
    assert digests.digest({"a": [1, {"b": 2}], "c": 3}) == Digests().digest({"c": 3, "a": [1, {"b": 2}]})


@pytest.mark.parametrize(
    ("chosen", "variable", "count", "wanted"),
    [
        (None, "", 4, False),
        (None, "yes", 4, True),
        (False, "yes", 4, False),
        (True, "", 4, True),
        (True, "no", 4, False),
        (None, "yes", 1, False),
    ],
)
def test_the_configuration_or_else_the_profile_says_whether_jobs_are_buckets(chosen, variable, count, wanted):
    environment = {mode.VARIABLE: variable} if variable else {}
    assert mode.choose_bucket_jobs(chosen, environment, count) is wanted
    assert not environment  # what is started here plans as it would alone
    assert not mode.choose_bucket_jobs(True, mode.plan_videos({}), 4)


def test_a_stamp_comes_back_and_several_are_one(tmp_path):
    write_stamp(tmp_path / "0", Stamp({"b": Crash("tracks_deface", "no memory")}, 10))
    write_stamp(tmp_path / "1", Stamp({"a": Crash("sources_probe", "lost")}, 5))
    joined = join_stamps([tmp_path / "0", tmp_path / "1"])
    assert joined == Stamp({"a": Crash("sources_probe", "lost"), "b": Crash("tracks_deface", "no memory")}, 15)
    assert count_frames(tmp_path / "0") == 10 and count_frames(tmp_path / "none") == 0
    (tmp_path / "0").write_text("[]")
    with pytest.raises(UserError, match="not a stamp"):
        read_stamp(tmp_path / "0")


def test_a_crash_breaks_the_promise_of_its_pipeline_by_name(tmp_path):
    write_stamp(tmp_path / "0", Stamp({"street": Crash("tracks_deface", "no memory")}))
    [finding] = check_crashes([tmp_path / "0"], ["tracks"])
    assert not finding.ok and finding.detail == "street: tracks_deface: no memory"
    assert check_crashes([tmp_path / "0"], ["patches"]) == check_crashes([], ["tracks"]) == []


def test_a_phase_is_not_done_where_a_stamp_is_gone(tmp_path):
    done, stamp = tmp_path / "done", tmp_path / "stamp"
    done.touch()
    stamp.touch()
    forget_done(done, [stamp])
    assert done.exists()
    forget_done(done, [stamp, tmp_path / "gone"])
    assert not done.exists()


def test_each_crash_counts_so_that_its_phase_runs_again(tmp_path):
    assert count_crashes(tmp_path) == {}
    add_crash(tmp_path, "all/1-work/0-of-2")
    add_crash(tmp_path, "all/1-work/0-of-2")
    assert count_crashes(tmp_path) == {"all/1-work/0-of-2": 2}


def test_a_bucket_is_held_by_one_job_at_a_time(tmp_path):
    first, second = lease.Holder(1, "n1", "7"), lease.Holder(2, "n2", "8")
    lease.take_lease(tmp_path, first, lambda holder: True)
    with pytest.raises(PassingError, match="Slurm job 7 is at work"):
        lease.take_lease(tmp_path, second, lambda holder: True, sleep=lambda seconds: None)
    lives = iter([True, True, False])
    lease.take_lease(tmp_path, second, lambda holder: next(lives), sleep=lambda seconds: None)
    lease.give_back(tmp_path, first)  # it has it no more
    assert (tmp_path / lease.NAME).exists()
    lease.give_back(tmp_path, second)
    assert not (tmp_path / lease.NAME).exists()


def test_a_slurm_job_that_began_again_has_what_it_had(tmp_path):
    lease.take_lease(tmp_path, lease.Holder(1, "n1", "7"), lambda holder: True)
    lease.take_lease(tmp_path, lease.Holder(9, "n2", "7", "1"), lambda holder: True)


def test_a_process_lives_on_its_machine():
    assert lease.is_living(lease.describe_this({}))
    child = subprocess.Popen([sys.executable, "-c", ""])
    child.wait()
    assert not lease.is_living(replace(lease.describe_this({}), pid=child.pid))
    assert lease.describe_this({"SLURM_JOB_ID": "5"}).sentence == "Slurm job 5"


def test_the_folder_of_a_bucket_has_links_to_the_study_and_to_what_lies_outside(tmp_path):
    study = tmp_path / "above/study"
    (study / "films").mkdir(parents=True)
    (study / "films/a").write_text("a")
    (tmp_path / "above/b").write_text("b")
    (tmp_path / "c").write_text("c")
    folder = prepare_folder(study, "0-of-2", ["../b", "../../c"])
    assert folder == study / ".framewright/buckets/0-of-2"
    for path, text in (("films/a", "a"), ("../b", "b"), ("../../c", "c")):
        assert (folder / path).read_text() == text
    assert {path.name for path in folder.iterdir()} == {"films", "results", "logs", "benchmarks"}
    assert (folder / "results").readlink() == Path("../../../results")
    (study / "films").rename(study / "movies")
    prepare_folder(study, "0-of-2")
    assert {path.name for path in folder.iterdir()} == {"movies", "results", "logs", "benchmarks"}
    with pytest.raises(UserError, match="too far outside"):
        prepare_folder(study, "0-of-2", ["../../../d"])


def test_the_call_inside_takes_what_the_job_has():
    phase = Phase("0-of-2", "2-gpu", "sources+tracks", ["a"], ["tracks_detect"], "probe", [])
    means = Means(8, 21000, 1, 3, "python", Path("house/Snakefile"))
    command = " ".join(compose_command(phase, means, {"CUDA_VISIBLE_DEVICES": "0"}))
    assert "--cores 8 --retries 0 --nolock" in command
    assert "--resources mem_mb=21000 gpu=4 downloads=1" in command
    assert command.endswith("--allowed-rules buckets_videos tracks_detect -- buckets_videos")
    environment = {"FRAMEWRIGHT_RUN": "1", "SNAKEMAKE_PROFILE": "slurm", "PATH": "/bin"}
    assert compose_environment(environment, phase, Path("/study"), ["b"]) == {
        **{"PATH": "/bin", "FRAMEWRIGHT_BUCKET": "0-of-2", "FRAMEWRIGHT_PHASE": "2-gpu"},
        **{"FRAMEWRIGHT_ASKED": "sources+tracks", "FRAMEWRIGHT_STUDY": "/study", "FRAMEWRIGHT_WITHOUT": '["b"]'},
    }


@pytest.mark.parametrize(
    ("said", "seconds"), [("1-02:03:04", 93784), ("2:03:04", 7384), ("3:04", 184), ("UNLIMITED", None), ("", None)]
)
def test_slurm_says_how_much_time_is_left(said, seconds):
    assert to_seconds(said) == seconds


CHILD = "import signal, sys, time\nsignal.signal(15, lambda *_: sys.exit(7))\nprint(flush=True)\ntime.sleep(60)"


@pytest.mark.slow
@pytest.mark.parametrize("signalled", [True, False])
def test_near_the_end_of_its_time_a_job_asks_what_it_runs_to_end(signalled):
    before = [signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGUSR1, signal.SIGUSR2)]
    try:
        stop = Stop(None if signalled else time.monotonic() + 0.5)
        process = subprocess.Popen([sys.executable, "-c", CHILD], stdout=subprocess.PIPE)
        process.stdout.readline()
        if signalled:
            os.kill(os.getpid(), signal.SIGUSR1)
        assert stop.wait(process) == 7 and stop.asked
    finally:
        for number, handler in zip((signal.SIGTERM, signal.SIGUSR1, signal.SIGUSR2), before, strict=True):
            signal.signal(number, handler)


def test_logs_of_what_succeeded_are_in_one_archive(tmp_path):
    def write(*names: str) -> None:
        for name in names:
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).write_text(name)

    mine = ["logs/tracks_deface/a.log", "benchmarks/tracks_deface/a.tsv", "logs/patches_cut/a/0.log"]
    others = ["logs/tracks_deface/b.log", "logs/tracks_deface/a-b.log", "logs/tracks_rows/0-of-2.log"]
    write(*mine, *others)
    archive = tmp_path / "logs/packed/1-work/0-of-2.tar.gz"
    rules = ["tracks_deface", "patches_cut", "tracks_rows"]
    assert pack_logs(tmp_path, archive, rules, ["a"]) == 3
    assert pack_logs(tmp_path, archive, rules, ["a"]) == 0
    assert not any((tmp_path / name).exists() for name in [*mine, "logs/patches_cut/a"])
    assert all((tmp_path / name).exists() for name in others)
    write(mine[0])
    (tmp_path / mine[0]).write_text("again")
    assert pack_logs(tmp_path, archive, rules, ["a"]) == 1
    with tarfile.open(archive) as packed:
        assert sorted(packed.getnames()) == sorted(mine)
        assert packed.extractfile(mine[0]).read() == b"again"


def test_a_log_that_somebody_removed_meanwhile_is_packed_all_the_same(tmp_path, monkeypatch):
    log = tmp_path / "logs/tracks_deface/a.log"
    log.parent.mkdir(parents=True)
    log.write_text("x")
    add = tarfile.TarFile.add

    def add_and_remove(archive, path, name):
        add(archive, path, name)
        path.unlink()

    monkeypatch.setattr(tarfile.TarFile, "add", add_and_remove)
    assert pack_logs(tmp_path, tmp_path / "a.tar.gz", ["tracks_deface"], ["a"]) == 1
