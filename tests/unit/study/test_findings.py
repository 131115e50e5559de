"""What is found and said of a study: contracts of buckets, files that differ, leftovers and messages."""

import io
import json
import logging
from base64 import urlsafe_b64encode
from pathlib import Path

import pytest

from framewright.errors import UserError
from framewright.study import check, messages
from framewright.study.check import check_study, check_unlisted, find_unclaimed, require_all, show
from framewright.study.contract import (
    Finding,
    Part,
    hold,
    join_parts,
    make_finding,
    make_part,
    read_contract,
    read_parts,
    write_contract,
    write_parts,
)
from framewright.study.leftovers import (
    Made,
    count_files,
    find_leftovers,
    find_strangers,
    list_outputs,
    list_targets,
    read_made,
    remove_leftovers,
)
from framewright.study.manifest import VOLATILE, Artifact, find_maker, list_artifacts, read_digests, sha256_of
from framewright.study.record import write_record

LOG = logging.getLogger("test")


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def put(path: str, content: str = "x") -> str:
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    Path(path).write_text(content)
    return path


# Contracts


@pytest.mark.parametrize(
    ("count", "detail"),
    [(1, "f0"), (3, "f0; f1; f2"), (4, "f0; f1; f2 and 1 more"), (2003, "f0; f1; f2 and 2,000 more")],
)
def test_the_first_three_faults_are_named_and_the_others_counted(count, detail):
    faults = [f"f{number}" for number in range(count)]
    assert make_finding("a", faults, "all well") == Finding("a", False, detail)
    part = make_part("a", faults, "all well")
    assert (part.ok, part.detail, part.faults, part.faulty) == (False, detail, tuple(faults[:3]), count)
    assert make_finding("a", faults, most=2000).detail.endswith("and 3 more") is (count == 2003)


def test_a_promise_that_holds_in_all_buckets_adds_up_its_counts():
    buckets = [
        [make_part("a", [], "{n} of {m:,}", n=2, m=3000), make_part("b", [])],
        [make_part("a", [], "?", n=5, m=4)],
    ]
    assert join_parts(buckets) == [Finding("a", True, "7 of 3,004"), Finding("b", True, "")]
    assert make_finding("a", [], "all well") == Finding("a", True, "all well")
    assert make_part("a", [], "{n}", n=2).ok and join_parts([]) == []


def test_faults_of_all_buckets_stand_in_their_order_and_the_others_are_counted():
    buckets = [[make_part("a", ["d", "c", "e", "f"])], [make_part("a", [])], [make_part("a", ["b"])]]
    assert join_parts(buckets) == [Finding("a", False, "b; c; d and 2 more")]
    assert join_parts([[make_part("a", ["y", "x"])]]) == [Finding("a", False, "x; y")]


def test_what_a_bucket_found_comes_back(tmp_path):
    parts = [make_part("a", ["b"], n=1), make_part("c", [], "{n}", n=2)]
    write_parts(tmp_path / "a", parts)
    assert read_parts(tmp_path / "a") == parts and isinstance(read_parts(tmp_path / "a")[0], Part)
    put(str(tmp_path / "b"), '[{"name": "a"}]')
    for read, words in ((read_parts, "not a part of a contract"), (read_contract, "not a contract")):
        with pytest.raises(UserError, match=words):
            read(tmp_path / "b" if read is read_parts else tmp_path / "none")


def test_a_broken_promise_fails_the_build_after_all_are_logged(caplog):
    findings = [Finding("a", True, "3"), Finding("b", False, "x"), Finding("c", True), Finding("d", False, "y")]
    caplog.set_level(logging.INFO)
    with pytest.raises(UserError, match=r"^2 of 4 promises broken: b: x; d: y$"):
        hold(findings, LOG)
    assert caplog.messages == ["holds:  a (3)", "BROKEN: b (x)", "holds:  c", "BROKEN: d (y)"]
    assert hold(findings[::2], LOG) == findings[::2]


# Checks


def test_without_a_manifest_it_is_said_how_many_files_are_there(here):
    wanted = [
        *(put(f"results/tracks/{name}") for name in "ab"),
        "results/tracks/c",
        put("results/alone"),
        "results/x/y",
    ]
    write_contract("results/tracks/contract.json", [Finding("p", True), Finding("q", False, "why")])
    found = check_study("none", [*wanted, "results/tracks/contract.json"], LOG)
    unlisted = "no MANIFEST lists them yet: run snakemake for one"
    assert found == [
        Finding("alone: files", True, f"1 of 1 are there; {unlisted}"),
        Finding("tracks: files", True, f"3 of 4 are there; {unlisted}"),
        Finding("tracks: contract", False, "q: why"),
    ]
    with pytest.raises(UserError, match=r"^2 of 5 checks failed: a, b; "):
        require_all([*found[:2], Finding("a", False), Finding("b", False), Finding("c", True)])
    with pytest.raises(UserError, match="nothing is there yet"):
        check_unlisted(["results/x/y"])
    require_all(found[:2])


def test_files_are_counted_with_their_bytes_and_five_that_differ_are_named(here):
    rows = [Artifact(put(f"results/a/{n}", "x" * 102), 102, sha256_of(f"results/a/{n}"), "r") for n in range(20)]
    rows.append(Artifact(put("results/a/v"), None, VOLATILE, "r"))
    assert check.check(rows, [], LOG) == [
        Finding("a: files", True, "21 as in the MANIFEST, 2,040 bytes, 1 of them volatile"),
    ]
    for number in range(7):
        put(f"results/a/{number}", "y" * 1500)
    [finding] = check.check(rows, [], LOG)
    assert not finding.ok and finding.detail.count("1,500 instead of 102 bytes") == 5
    assert finding.detail.endswith("results/a/4 and 2 more")
    [plain] = check.check(rows[10:12], [], LOG)
    assert plain.detail == "2 as in the MANIFEST, 204 bytes"


def test_each_gigabyte_that_is_read_is_a_line_of_the_log(here, monkeypatch, caplog):
    monkeypatch.setattr(check, "PROGRESS", 1000)
    caplog.set_level(logging.INFO)
    sizes = (900, 99, 1, 999, 1, 2500)
    rows = [Artifact(put(f"results/a/{n}", "x" * size), size, "", "r") for n, size in enumerate(sizes)]
    found = check.check([*rows, Artifact("results/a/gone", None, VOLATILE, "r")], [], LOG)
    assert caplog.messages == ["0.0 GB read"] * 3  # at 1000, 2000 and 4500 bytes
    assert "other bytes: results/a/0" in found[0].detail
    caplog.clear()
    row = Artifact(put("results/a/large", ""), 3_400_000_000, "", "r")
    check.check([row], [], LOG)
    assert caplog.messages == ["3.4 GB read"]


@pytest.mark.parametrize(("count", "more"), [(5, ""), (6, " and 1 more"), (9, " and 4 more")])
def test_five_leftovers_and_five_strangers_are_named(here, count, more):
    folder = Path(".snakemake/metadata")
    folder.mkdir(parents=True)
    for number in range(count):
        path = put(f"results/tracks/{number:04d}")
        write_record(folder / urlsafe_b64encode(path.encode()).decode(), {"rule": "tracks_x"})
        put(f"results/sources/s/{number:04d}")
    put("results/flat/none")
    left, strange = find_unclaimed({}, "results", ".snakemake", [])
    named = ", ".join(f"results/tracks/{number:04d}" for number in range(5))
    assert left == Finding("tracks: left over", True, f"{named}{more}: asked for no more; make tidy removes them")
    named = ", ".join(f"results/sources/s/{number:04d}" for number in range(5))
    assert strange == Finding("results: strangers", True, f"{named}{more}: made by no job of this study")


def test_to_a_file_each_finding_is_a_plain_line():
    file = io.StringIO()
    show([Finding("a", True, "x" * 3000), Finding("bb", False, "why")], file)
    lines = file.getvalue().splitlines()
    assert [line.split() for line in lines] == [["ok", "a", "x" * 3000], ["FAILED", "bb", "why"]]


# Leftovers


def test_on_demand_a_rule_keeps_what_it_made_of_a_video_that_is_asked_for(here):
    made = [
        Made(put(path), rule)
        for path, rule in (
            *(("results/tracks/npy/a/1.npy", "tracks_npy"), ("results/tracks/npy/b/1.npy", "tracks_npy")),
            *(("results/tracks/npy/c/1.npy", "other"), ("results/tracks/weights.pt", "tracks_detector")),
            *(("results/tracks/more/b/x", "tracks_npy"), ("results/patches/npy/a/1", "tracks_npy")),
        )
    ]
    found = find_leftovers(made, {"results/tracks/clips/a.mp4": "x", "results/tracks/c/d": "x"})
    assert [one.path for one in found] == [
        "results/patches/npy/a/1",
        "results/tracks/npy/b/1.npy",
        "results/tracks/npy/c/1.npy",
    ]
    for place in ("results/patches/a", "results/patches/a.mp4", "results/patches/x/a/1.mp4"):
        assert made[-1] not in find_leftovers(made, {place: "x"})
    assert made[-1] in find_leftovers(made, {"results/a/b": "x"})
    absolute = Made(str(here / put("results/z")), "x")
    assert find_leftovers([absolute, Made("gone", "x")], {}) == []
    logs = Made(put("results/y"), "x", ("logs/x.log", "logs/y.log"))
    kept = Made(put("results/kept"), "x", ("logs/x.log",))
    assert find_leftovers([logs, kept], {"results/kept": "x"}) == [Made("results/y", "x", ("logs/y.log",))]


def test_a_folder_counts_all_its_files_and_a_link_itself(here):
    put("results/a/b/c", "12345"), put("results/a/d", "123")
    assert count_files(Made("results/a", "x")) == (2, 8)
    assert count_files(Made("results/a/d", "x")) == (1, 3)
    Path("results/link").symlink_to("a")
    assert count_files(Made("results/link", "x")) == (1, 1)
    put("logs/x/a.log"), put("benchmarks/x/a.tsv"), put("/".join((str(here), "outside.log")))
    left = Made("results/a", "x", ("logs/x/a.log", str(here / "outside.log")))
    assert remove_leftovers([left, Made("results/link", "x"), Made("results/gone", "x")]) == 5
    assert sorted(path.name for path in here.rglob("*")) == ["benchmarks", "logs", "outside.log", "results"]


def test_what_snakemake_or_a_killed_job_left_is_no_stranger(here):
    for name in (".snakemake_timestamp", ".a.7.partial.mp4", "mine", "b/x"):
        put(f"results/t/{name}")
    assert find_strangers(["results/t"], {"results/t/b": "x"}, []) == ["results/t/mine"]
    assert find_strangers(["results/t"], [], [], ["results/t/b"]) == ["results/t/mine"]


def test_a_record_that_can_not_be_read_is_none_and_one_may_lie_in_pieces(here):
    code = urlsafe_b64encode(b"results/abc").decode()
    put(f".snakemake/metadata/{code[:6]}/@{code[6:]}", json.dumps({"rule": None, "log": None}))
    put(".snakemake/metadata/broken", "{")
    assert list(read_made(".snakemake")) == [Made("results/abc", "")]


def test_snakemake_is_asked_for_the_targets_that_there_are(here):
    put("results/tracks/a")
    assert list_targets("results", ["patches", "tracks"]) == ["sources", "overview", "cards", "tracks"]
    program = Path("python")
    program.write_text('#!/bin/sh\nprintf "output_file\\tdate\\trule\\na\\t-\\tx\\nb\\t-\\n"\n')
    program.chmod(0o755)
    assert list_outputs("./python", "Snakefile", [], ["all"]) == {"a": "x"}
    for script in ("exit 0", 'printf "output_file\\tdate\\trule\\n"; exit 1', 'echo "other"'):
        program.write_text(f"#!/bin/sh\n{script}\n")
        with pytest.raises(UserError, match="Snakemake can't tell what belongs to it"):
            list_outputs("./python", "Snakefile", [], ["all"])


# The MANIFEST


def test_progress_tells_files_and_gigabytes(here, monkeypatch, caplog):
    monkeypatch.setattr("framewright.study.manifest.PROGRESS", 10**9)
    caplog.set_level(logging.INFO)
    for name in "ab":
        with Path(put(f"results/{name}", "")).open("wb") as file:
            file.truncate(1_000_000_000 if name == "a" else 400_000_000)
    monkeypatch.setattr("framewright.study.manifest.sha256_of", lambda path: "0" * 64)
    rows, _ = list_artifacts(["results/a", "results/b"], {"x": ["results/a"]}, {}, LOG)
    assert caplog.messages == ["2 of 2 files, 1.4 of 1.4 GB"]
    for size, lines in ((999_999_999, 0), (1_000_000_000, 1)):
        caplog.clear()
        with Path("results/b").open("wb") as file:
            file.truncate(size)
        list_artifacts(["results/b"], {}, {}, LOG)
        assert len(caplog.messages) == lines
    assert [(row.bytes, row.made_by) for row in rows] == [(1_000_000_000, "x"), (400_000_000, "")]
    assert find_maker("results/b", {"x": ["results/a"], "y": ["no", "results/[b]$"]}) == "y"
    put("known/a.tsv", f"1:2\t3\t4\t{'a' * 64}\nshort\tab\n")
    assert read_digests("known") == {"1:2\t3\t4": "a" * 64}


# Messages


@pytest.mark.parametrize(("count", "shown"), [(0, 0), (12, 12), (13, 5), (1004, 5)])
def test_a_list_of_more_than_twelve_files_is_shown_by_four(count, shown):
    files = [str(number) for number in range(count)]
    found = messages.shorten(files)
    assert len(found) == shown and found[:4] == files[:4]
    assert count <= 12 or found[4] == f"... and {count - 4:,} more"


def test_of_a_slurm_log_the_last_twelve_lines_that_tell_are_shown_once_each(tmp_path):
    log = tmp_path / "log"
    lines = ["Host: x", "same", "same", " ", *(f"line {number}  " for number in range(20)), "[Mon]", "same"]
    log.write_text("\n".join(lines))
    assert messages.read_tail(log) == [f"line {number}" for number in range(8, 20)]
    log.write_text("same\nother\nsame")
    assert messages.read_tail(log) == ["same", "other"]
    assert messages.read_tail(tmp_path / "none") == []


def test_of_a_long_slurm_log_the_last_64_kibibytes_are_read(tmp_path):
    log = tmp_path / "log"
    log.write_text("first\n" + " " * (65_536 - 6) + "\nlast\n")  # 65,542 bytes
    assert messages.read_tail(log) == ["last"]
    log.write_text("first\n" + " " * (65_536 - 12) + "\nlast\n")  # 65,536 bytes
    assert messages.read_tail(log) == ["first", "last"]


def record_of(event: str, message: str = "said", **known: object) -> logging.LogRecord:
    record = logging.LogRecord("snakemake", logging.ERROR, "", 0, message, None, None)
    record.__dict__.update(event=event, **known)
    return record


def test_every_record_is_printed_and_says_no_more_than_it_knows():
    shorten = messages.Shorten("a run is at work: wait")
    record = record_of("job_info", f"a{messages.NO_REASON} {messages.SEE_LOGS}\n", rule_msg=f"b{messages.NO_REASON}")
    assert shorten.filter(record) is True and (record.msg, record.rule_msg) == ("a", "b")
    assert (record.input, record.output) == ([], [])
    locked = record_of("", "LockException:\nError: Directory cannot be locked.")
    assert shorten.filter(locked) is True and locked.msg == "LockException: a run is at work: wait"
    locked = record_of("", "LockException:\nError")
    assert messages.Shorten().filter(locked) is True and locked.msg == "LockException:\nError"
    other = record_of("", 7)
    assert shorten.filter(other) is True and other.msg == 7
    error = record_of("job_error", log=[], output=["x"] * 20)
    assert shorten.filter(error) is True and len(error.output) == 5


def test_logs_of_a_local_job_are_all_named_and_those_of_a_slurm_job_if_they_say_something(tmp_path):
    empty, full, slurm = (str(tmp_path / name) for name in ("empty", "full", "slurm_logs/1.log"))
    put(empty, ""), put(full, "x"), put(slurm, "why\n")
    gone = str(tmp_path / "gone")
    assert messages.explain_logs([empty, full, gone], {"a": 1}) == ([empty, full, gone], {"a": 1})
    assert messages.explain_logs([empty, full, gone, slurm], {"a": 1}) == (
        [full],
        {"a": 1, "Slurm log": f"{slurm}\n        why"},
    )
