"""What jobs ask a cluster for: minutes and megabytes by their work, calls of Slurm, and the file of the site."""

import math
import re

import pytest

from framewright.errors import UserError
from framewright.study.cluster import needs, queue, site
from framewright.study.record import write_record
from framewright.video.examine import empty_record


def rate(monkeypatch, **rates: needs.Rate) -> None:
    monkeypatch.setattr(needs, "RATES", rates)


def test_a_limit_is_four_times_what_was_measured_in_whole_minutes(monkeypatch):
    rate(monkeypatch, x=needs.Rate(60.0, 0.5))
    assert needs.estimate_minutes("x", 2880, 1) == 4 * (60 + 1440) / 60
    assert needs.estimate_minutes("x", 2881, 1) == 101
    assert needs.estimate_minutes("x", 2880, 2) == 200


def test_no_limit_is_shorter_than_twenty_minutes_an_attempt(monkeypatch):
    rate(monkeypatch, x=needs.Rate(0.0, 1.0))
    assert [needs.estimate_minutes("x", units, 1) for units in (0, 1, 300, 301)] == [20, 20, 20, 21]
    assert needs.estimate_minutes("x", 0, 3) == 60


def test_a_film_that_is_not_probed_counts_as_five_minutes_and_one_without_frames_as_none(monkeypatch):
    rate(monkeypatch, x=needs.Rate(0.0, 1.0))
    assert needs.USUAL == 5 * 60 * 30
    assert needs.estimate_minutes("x", None, 1) == 4 * 5 * 60 * 30 / 60
    assert needs.estimate_minutes("x", 0, 1) == 20


def test_a_rule_of_which_nothing_is_known_takes_its_start_alone(monkeypatch):
    rate(monkeypatch, x=needs.Rate())
    assert needs.Rate().unit == 0.0
    assert needs.estimate_minutes("x", 10**9, 1) == 20
    assert needs.estimate_bucket_minutes(["no_such_rule"], 3000, 10**9, 1, 1) == 4 * 3000 * 2 / 60


def test_a_bucket_takes_what_its_rules_take_of_all_its_videos_on_its_cores(monkeypatch):
    rate(monkeypatch, x=needs.Rate(3.0, 0.5), y=needs.Rate(2.0, 0.1))
    seconds = 100 * (3 + 2) + 50_000 * (0.5 + 0.1)
    for cores, attempt in ((1, 1), (4, 1), (4, 2)):
        expected = attempt * math.ceil(4 * seconds / cores / 60)
        assert needs.estimate_bucket_minutes(["x", "y"], 100, 50_000, cores, attempt) == expected
    assert needs.estimate_bucket_minutes(["x"], 100, 50_000, 0, 1) == math.ceil(4 * 25_300 / 60)  # one core at least
    assert needs.estimate_bucket_minutes(["x"], 10, 0, 1, 1) == 4 * (10 * 3 + 10 * 9000 * 0.5) / 60
    assert needs.estimate_bucket_minutes([], 10, 100, 1, 2) == 40


def write(path, size, bits, frames=7) -> str:
    write_record(path, empty_record("none") | {"displayed_size": size, "bit_depth": bits, "frames": frames})
    return str(path)


def test_memory_grows_with_the_pixels_of_a_frame_and_with_their_depth(tmp_path, monkeypatch):
    monkeypatch.setattr(needs, "MEMORY", {"x": needs.Memory(500, 100, 300)})
    two = write(tmp_path / "two", (2000, 1000), 8)
    assert needs.estimate_megabytes("x", two, 1) == 100 + 2 * 300
    assert needs.estimate_megabytes("x", two, 3) == 3 * 700
    assert needs.estimate_megabytes("x", write(tmp_path / "deep", (2000, 1000), 10), 1) == 100 + 960
    assert needs.estimate_megabytes("x", write(tmp_path / "odd", (2001, 1000), 8), 1) == 701  # whole ones, upwards
    assert needs.estimate_megabytes("x", write(tmp_path / "small", (1000, 1000), 8), 2) == 2 * 500
    assert needs.estimate_megabytes("x", str(tmp_path / "none"), 2) == 2 * 500
    assert needs.count_frames(two) == 7


@pytest.mark.parametrize("rule", sorted(needs.MEMORY))
def test_what_a_rule_asks_for_at_least_is_enough_for_720_lines(rule, tmp_path):
    memory = needs.MEMORY[rule]
    assert memory.start + memory.megapixel * 1.280 * 0.720 < memory.least


def name_jobs(*numbers: int, state: str = "RUNNING", prefix: str = "study") -> str:
    return "".join(f"{number} | {prefix}_x |{state}|None\n" for number in numbers)


def test_one_call_cancels_two_hundred_jobs_at_most():
    called = []

    def call(command: tuple[str, ...]) -> str:
        called.append(command)
        return name_jobs(*range(1, 402)).replace(" | study", "|study") if len(called) == 1 else ""

    assert queue.cancel_jobs("study", call, sleep=lambda seconds: None) == 401
    assert [len(command) - 1 for command in called if command[0] == "scancel"] == [200, 200, 1]
    assert [number for command in called if command[0] == "scancel" for number in command[1:]] == [
        *map(str, range(1, 402)),
    ]


@pytest.mark.parametrize(("tries", "looks"), [(1, 2), (3, 4)])
def test_jobs_are_looked_for_once_a_second_as_often_as_was_said(tries, looks):
    asked, slept = [], []

    def call(command: tuple[str, ...]) -> str:
        asked.append(command[0])
        return "1|study_x|COMPLETING|None\n"

    with pytest.raises(UserError, match=r"^Slurm job 1 is still completing; try again when it is gone$"):
        queue.cancel_jobs("study", call, slept.append, tries)
    assert (asked.count("squeue"), asked.count("scancel"), slept) == (looks, 1, [1.0] * tries)


def test_jobs_that_are_gone_at_once_are_waited_for_no_longer():
    answers, slept = ["1|study_x|RUNNING|None\n", "", ""], []
    assert queue.cancel_jobs("study", lambda command: answers.pop(0), slept.append) == 1
    assert slept == []


def test_where_there_is_nothing_to_cancel_slurm_is_asked_once():
    called = []
    assert queue.cancel_jobs("study", lambda command: called.append(command) or "", sleep=lambda seconds: None) == 0
    assert called == [queue.LIST]


def test_a_line_of_the_queue_has_four_cells_of_which_the_last_may_hold_any_sign():
    said = "1|study_x|PENDING|a|b\n2|study_x|PENDING\nsay | study_x\n3|studyx|RUNNING|None\n"
    assert queue.parse_jobs(said, "study") == [queue.Queued("1", "study_x", "PENDING", "a|b")]


@pytest.mark.parametrize(
    ("command", "words"),
    [
        (("sh", "-c", "echo refused >&2; exit 3"), "sh: refused"),
        (("sh", "-c", "exit 3"), "sh: exit status 3"),
    ],
)
def test_what_slurm_refuses_is_one_line(command, words):
    with pytest.raises(UserError) as error:
        queue.call_slurm(command)
    assert str(error.value) == words
    assert queue.call_slurm(("echo", "said")) == "said\n"


@pytest.mark.parametrize(
    ("limit", "minutes"),
    [
        *(("7", 7), ("90:59", 90), ("2:03:04", 123), ("1-0", 1440), ("2-03", 2 * 1440 + 180)),
        *(
            ("1-02:03", 1440 + 123),
            ("1-02:03:04", 1563),
            ("infinite", None),
            ("", None),
            ("1:2:3:4", None),
            ("-5", None),
        ),
    ],
)
def test_a_limit_without_days_begins_with_minutes_and_one_with_days_goes_on_with_hours(limit, minutes):
    assert site.to_minutes(limit) == minutes


def test_a_partition_has_the_most_that_any_of_its_nodes_has():
    reported = (
        "cpu*|1-00:00:00|64000+|16|(null)\ncpu*|1-00:00:00|32000|32|(null)\n"
        "gpu|infinite|n/a|8|gpu:a100:2(S:0-1),gpu:4\ngpu|infinite|1|4|gpu:1\nmore|2:00:00|5|1|gpu:8\n"
    )
    lines = site.compose_site("sinfo", reported).removeprefix(site.HEAD).splitlines()
    assert lines[-5:] == [
        "# Partitions as sinfo told them.",
        "partitions:",
        "  cpu: {max_mem_mb: 64000, max_threads: 32, max_runtime: 1440}",
        "  gpu: {max_mem_mb: 1, max_threads: 8, max_gpu: 6}",
        "#   more: {max_mem_mb: 5, max_threads: 1, max_gpu: 8, max_runtime: 120}",
    ]


def test_without_a_default_partition_the_first_takes_all_jobs():
    text = site.compose_site("sinfo", "a|1:00:00|5|1|(null)\nb|1:00:00|5|1|(null)\n")
    assert "\n  a: {max_mem_mb: 5, max_threads: 1, max_runtime: 60}\n" in text and "\n#   b: {" in text


def test_the_name_of_a_study_is_short_plain_and_its_own(tmp_path):
    long = site.name_of(tmp_path / ("a b" * 20))
    word, _, digest = long.rpartition("-")
    assert word == ("a-b" * 20)[:24] and len(digest) == 10 and int(digest, 16) >= 0
    assert site.name_of(tmp_path / "x/study") != site.name_of(tmp_path / "y/study")


def test_a_new_file_teaches_the_defaults_that_count_without_it():
    taught = dict(re.findall(r"^# (jobs|downloads): (\d+)", site.HEAD, re.M))
    assert taught == {"jobs": str(site.JOBS), "downloads": str(site.DOWNLOADS)}
    assert site.default_resources({}) == {"mem_mb": "2000 * attempt", "runtime": "60 * attempt"}
