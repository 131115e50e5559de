"""Messages are as short as they should be, and say what a failed Slurm job said last."""

import logging

from framewright.study import messages


def test_a_long_list_of_files_is_shortened():
    assert messages.shorten(["a", "b"]) == ["a", "b"]
    assert messages.shorten([f"{n}" for n in range(5000)]) == ["0", "1", "2", "3", "... and 4,996 more"]


def failed(log: list[str]) -> logging.LogRecord:
    record = logging.LogRecord("snakemake", logging.ERROR, "", 0, "Error in rule a", None, None)
    record.__dict__.update(event="job_error", input=["x"] * 20, output=["y"], log=log, aux={}, msg="failed")
    return record


def test_of_a_failed_slurm_job_the_end_of_its_log_is_shown(tmp_path):
    place = tmp_path / "slurm_logs/rule_a/7.log"
    place.parent.mkdir(parents=True)
    place.write_text("SNAKEMAKE\n  Host: x\nslurmstepd: error: Detected 1 oom_kill event\nslurmstepd: again\n")
    own = tmp_path / "own.log"
    own.touch()
    record = failed([str(own), str(place)])
    assert messages.Shorten().filter(record)
    assert record.log == []  # its own is empty
    assert record.aux["Slurm log"].splitlines()[1:] == [
        "        slurmstepd: error: Detected 1 oom_kill event",
        "        slurmstepd: again",
    ]
    own.write_text("error: the film is none\n")
    record = failed([str(own), str(place)])
    messages.Shorten().filter(record)
    assert record.log == [str(own)] and len(record.input) == 5


def test_a_failure_on_this_machine_is_told_as_ever(tmp_path):
    record = failed([str(tmp_path / "own.log")])
    messages.Shorten().filter(record)
    assert record.log == [str(tmp_path / "own.log")] and record.aux == {}


def test_of_a_failed_group_too_the_end_of_the_slurm_log_is_shown(tmp_path):
    place = tmp_path / "slurm_logs/group_clips/7.log"
    place.parent.mkdir(parents=True)
    place.write_text("SNAKEMAKE\nslurmstepd: error: Detected 1 oom_kill event\n")
    jobs = [{"rule_name": "a", "jobid": 1, "input": ["x"], "output": [f"{n}" for n in range(20)], "log": []}]
    record = logging.LogRecord("snakemake", logging.ERROR, "", 0, "Error in group 1", None, None)
    record.__dict__.update(event="group_error", aux_logs=[str(place)], job_error_info=jobs, groupid=1)
    messages.Shorten().filter(record)
    assert record.msg.splitlines() == [
        "Error in group 1",
        f"    Slurm log: {place}",
        "        slurmstepd: error: Detected 1 oom_kill event",
    ]
    assert record.aux_logs == [] and record.job_error_info[0]["output"][-1] == "... and 16 more"
