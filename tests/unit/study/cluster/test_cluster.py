"""What one cluster is like, how long jobs may take there, and whose jobs are in its queue."""

from pathlib import Path

import pytest
import yaml

from framewright.errors import UserError
from framewright.study.cluster import needs, queue, site
from framewright.study.record import write_record
from framewright.video.examine import empty_record

SINFO = """\
cpu*|1-00:00:00|192000|64|(null)
cpu*|1-00:00:00|384000+|96+|(null)
gpu|2-12:00:00|512000|32|gpu:a100:4(S:0-1)
big|infinite|3000000|128|(null)
other-gpu|30:00|64000|16|gpu:2
"""


def write(folder: Path, text: str) -> Path:
    (folder / "site.yaml").write_text(text)
    return folder / "site.yaml"


def test_without_a_file_a_job_gets_more_at_each_attempt_and_slurm_chooses_the_rest(tmp_path):
    assert site.read_site(tmp_path / "none.yaml") == {}
    assert site.default_resources({}) == {"mem_mb": "2000 * attempt", "runtime": "60 * attempt"}


def test_account_partition_and_scratch_reach_every_job(tmp_path):
    known = site.read_site(write(tmp_path, "account: lab\npartition: cpu\nscratch: /local\nextra: --qos=normal\n"))
    given = site.default_resources(known)
    assert given["slurm_account"] == "lab" and given["slurm_partition"] == "cpu"
    assert given["tmpdir"] == "'/local'" and given["slurm_extra"] == "'--qos=normal'"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("acount: lab", "acount: unknown; known are account, "),
        ("jobs: many", "jobs = 'many': must be a whole number"),
        ("- a\n- b", "must hold keys and values"),
        ("account: [", "can't be read as YAML"),
        ("partitions: {gpu: {gpus: 4}}", "partitions: gpu: gpus: unknown"),
    ],
)
def test_a_mistake_is_one_line_with_the_file(tmp_path, text, says):
    with pytest.raises(UserError, match=r"site\.yaml") as caught:
        site.read_site(write(tmp_path, text))
    assert says in str(caught.value) and "\n" not in str(caught.value)


def test_the_file_is_where_the_user_says_or_in_the_users_configuration():
    assert site.place_of({"FRAMEWRIGHT_SITE": "/a/b.yaml", "HOME": "/h"}) == Path("/a/b.yaml")
    assert site.place_of({"XDG_CONFIG_HOME": "/c", "HOME": "/h"}) == Path("/c/framewright/site.yaml")
    assert site.place_of({"HOME": "/h"}) == Path("/h/.config/framewright/site.yaml")


def test_a_new_file_sends_gpu_jobs_to_the_first_partition_that_has_some(tmp_path):
    text = site.compose_site("this cluster", SINFO)
    known = site.read_site(write(tmp_path, text))
    assert list(known["partitions"]) == ["cpu", "gpu"]
    assert known["partitions"]["cpu"] == {"max_mem_mb": 384000, "max_threads": 96, "max_runtime": 1440}
    assert known["partitions"]["gpu"] == {"max_mem_mb": 512000, "max_threads": 32, "max_gpu": 4, "max_runtime": 3600}
    assert "#   big: {max_mem_mb: 3000000, max_threads: 128}" in text
    assert "#   other-gpu: {max_mem_mb: 64000, max_threads: 16, max_gpu: 2, max_runtime: 30}" in text


def test_a_new_file_without_slurm_says_nothing_and_teaches_every_key(tmp_path):
    text = site.compose_site("nobody", "")
    assert site.read_site(write(tmp_path, text)) == {}
    told = yaml.safe_load("\n".join(line[2:] for line in text.splitlines() if line.startswith("# ") and ": " in line))
    assert {*told} | {"partitions"} == {*site.KINDS}


@pytest.mark.parametrize(
    ("limit", "minutes"),
    [("30", 30), ("30:00", 30), ("02:30:00", 150), ("1-00:00:00", 1440), ("2-12", 3600), ("infinite", None)],
)
def test_limits_of_slurm_are_minutes(limit, minutes):
    assert site.to_minutes(limit) == minutes


def test_a_study_is_known_by_its_folder():
    assert site.name_of(Path("/data/films")) != site.name_of(Path("/other/films"))
    name = site.name_of(Path("/data/a film's (first) study, with a very long name"))
    assert len(name) <= 50 and name.replace("-", "").replace("_", "").isalnum()


@pytest.mark.parametrize(
    ("arguments", "folder"),
    [
        (["-n"], "/here"),
        (["--directory", "study", "-n"], "/here/study"),
        (["--directory=/there"], "/there"),
        (["-d", "study"], "/here/study"),
    ],
)
def test_the_study_is_where_snakemake_is_told_to_work(arguments, folder):
    assert site.folder_of(arguments, Path("/here")) == Path(folder)


def test_a_longer_video_gets_more_time_and_so_does_each_attempt():
    hour = 60 * 60 * 25
    first = needs.estimate_minutes("tracks_deface", hour, 1)
    assert first == 619  # 90,000 frames of .103 s, four times
    assert needs.estimate_minutes("tracks_deface", hour, 3) == 3 * first
    assert needs.estimate_minutes("tracks_deface", 10, 1) == needs.LEAST
    assert needs.estimate_minutes("tracks_deface", None, 1) == needs.estimate_minutes("tracks_deface", needs.USUAL, 1)


def test_a_video_without_a_record_has_no_known_length(tmp_path):
    assert needs.count_frames(str(tmp_path / "probe.json")) is None


def write_size(path: Path, size: tuple[int, int], bits: int) -> str:
    write_record(path, empty_record("none") | {"displayed_size": size, "bit_depth": bits})
    return str(path)


@pytest.mark.parametrize(
    ("rule", "at_2160p", "at_4320p", "deep"),
    [  # megabytes of resident memory, with 8 bits a sample and, of 4320 lines, with 10
        ("tracks_segment", 231, 602, 1389),
        ("tracks_deface", 1487, 3659, None),
        ("tracks_audit", 878, 1532, None),
        ("tracks_detect", 647, 1802, None),
        ("tracks_extract", 747, 2481, None),
        ("flexpatch_truth", 885, 2326, 3525),
        ("flexpatch_samples", 281, 665, 1532),
        ("flexpatch_run", 1619, 4867, 5626),
    ],
)
def test_jobs_ask_for_the_memory_that_they_were_measured_to_take(tmp_path, rule, at_2160p, at_4320p, deep):
    small = write_size(tmp_path / "small.json", (3840, 2160), 8)
    large = write_size(tmp_path / "large.json", (7680, 4320), 8)
    assert 1.05 * at_2160p < needs.estimate_megabytes(rule, small, 1) < 3500
    assert 1.05 * at_4320p < needs.estimate_megabytes(rule, large, 1) < 1.3 * at_4320p + 1600
    assert needs.estimate_megabytes(rule, large, 2) == 2 * needs.estimate_megabytes(rule, large, 1)
    if deep:
        hdr = write_size(tmp_path / "hdr.json", (7680, 4320), 10)
        assert 1.03 * deep < needs.estimate_megabytes(rule, hdr, 1)


@pytest.mark.parametrize(
    ("size", "layout", "bits", "measured"),
    [
        ((3840, 2160), "yuv420p10le", 10, 901),  # MiB, the most of planning and cutting, to full HD and natively
        ((7680, 4320), "yuv420p10le", 10, 3352),
        ((3840, 2160), "yuv420p", 8, 522),
        ((7680, 4320), "yuv420p", 8, 1867),
        ((1920, 1080), "yuv420p", 8, 300),
    ],
    ids=str,
)
def test_patches_ask_for_the_bytes_of_the_frames_that_they_hold(tmp_path, size, layout, bits, measured):
    def asked(layout):
        path = tmp_path / f"{layout}.json"
        facts = {"displayed_size": size, "bit_depth": bits, "pixel_format": layout}
        write_record(path, empty_record("none") | facts)
        return needs.estimate_megabytes("patches_cut", str(path), 1)

    assert 1.1 * measured * 1.049 < asked(layout) < 4000
    full, least = asked(layout.replace("420", "444")), needs.MEMORY["patches_cut"].least
    assert full == max(least, 2 * asked(layout) - 500) if asked(layout) > least else full >= least


def test_small_frames_and_a_video_without_a_record_ask_for_the_least(tmp_path):
    least = needs.MEMORY["tracks_deface"].least
    small = write_size(tmp_path / "small.json", (1280, 720), 8)
    assert needs.estimate_megabytes("tracks_deface", small, 1) == least
    assert needs.estimate_megabytes("tracks_deface", str(tmp_path / "none.json"), 1) == least


LISTED = """\
11|study-0123456789_aaaa|RUNNING|None
12|study-0123456789_bbbb|PENDING|Priority
13|study-01234567890_cccc|RUNNING|None
14|bash|RUNNING|None
"""


def test_jobs_are_told_by_the_name_of_their_study():
    jobs = queue.parse_jobs(LISTED, "study-0123456789")
    assert [(job.number, job.state, job.reason) for job in jobs] == [
        ("11", "RUNNING", "None"),
        ("12", "PENDING", "Priority"),
    ]


def test_the_jobs_of_a_study_are_cancelled_and_waited_for():
    called, answers = [], [LISTED, "", "11|study-0123456789_aaaa|COMPLETING|None\n", ""]

    def call(command: tuple[str, ...]) -> str:
        called.append(command)
        return answers.pop(0)

    assert queue.cancel_jobs("study-0123456789", call, sleep=lambda seconds: None) == 2
    assert called[1] == ("scancel", "11", "12")


def test_a_job_that_does_not_go_is_told():
    with pytest.raises(UserError, match="Slurm job 11 is still running"):
        queue.cancel_jobs("study-0123456789", lambda command: LISTED, sleep=lambda seconds: None, tries=3)


def test_nothing_is_cancelled_where_there_is_nothing():
    assert queue.cancel_jobs("study-0123456789", lambda command: "14|bash|RUNNING|None\n") == 0


def test_without_slurm_a_line_says_where_to_go():
    with pytest.raises(UserError, match="login node"):
        queue.call_slurm(("no-such-squeue",))


def test_resources_of_a_rule_are_keys_and_values(tmp_path):
    known = site.read_site(write(tmp_path, "rules: {tracks_deface: {mem_mb: 9000, runtime: 60}}\n"))
    assert known == {"rules": {"tracks_deface": {"mem_mb": 9000, "runtime": 60}}}
    with pytest.raises(UserError, match="rules: tracks_deface = 9000: write it as"):
        site.read_site(write(tmp_path, "rules: {tracks_deface: 9000}\n"))
