"""How a script begins in this process: with its parent, on one thread; and how a file is written whole."""

import errno
import os
import signal
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from framewright.errors import PassingError, UserError
from framewright.study import choices, command_line, declared, definition, job, memory, record, table, volatile


@pytest.fixture
def parent(monkeypatch):
    """What this process asks of the system about its parent, which is 50 and lives; the system answers nothing."""
    state = SimpleNamespace(parents=[50, 50], living={50}, asked=[], killed=[])

    def kill(process, number):
        if number:
            state.killed.append((process, number))
        elif process not in state.living:
            raise ProcessLookupError

    library = SimpleNamespace(prctl=lambda *words: state.asked.append(words))
    monkeypatch.setattr(job.ctypes, "CDLL", lambda name: library)
    monkeypatch.setattr(job.os, "getppid", lambda: state.parents.pop(0))
    monkeypatch.setattr(job.os, "kill", kill)
    monkeypatch.setattr(job.sys, "platform", "linux")
    monkeypatch.delenv(job.RUN, raising=False)
    return state


def test_a_script_ends_with_its_parent(parent):
    job.die_with_parent()
    assert (parent.asked, parent.killed) == ([(1, signal.SIGKILL)], [])


def test_a_script_whose_parent_or_run_is_gone_already_ends_itself(parent, monkeypatch):
    end = [(os.getpid(), signal.SIGKILL)]
    parent.parents = [50, 1]
    job.die_with_parent()
    assert parent.killed == end
    parent.parents, parent.killed, parent.living = [50, 50], [], {50}
    monkeypatch.setenv(job.RUN, "70")
    job.die_with_parent()
    assert parent.killed == end
    parent.parents, parent.killed, parent.living = [50, 50], [], {70}
    job.die_with_parent()
    assert parent.killed == []


def test_other_systems_are_asked_nothing(parent, monkeypatch):
    monkeypatch.setattr(job.sys, "platform", "darwin")
    job.die_with_parent()
    assert parent.parents == [50, 50] and parent.asked == []


def test_a_process_of_somebody_else_is_alive(monkeypatch):
    for error, alive in ((None, True), (PermissionError(), True), (ProcessLookupError(), False)):

        def kill(process, number, error=error):
            assert (process, number) == (7, 0)
            if error:
                raise error

        monkeypatch.setattr(job.os, "kill", kill)
        assert job._is_alive(7) is alive


def test_every_library_computes_on_one_thread_and_the_same_each_time(monkeypatch):
    told = []
    cv2 = SimpleNamespace(setNumThreads=lambda count: told.append(("cv2", count)))
    torch = SimpleNamespace(
        set_num_threads=lambda count: told.append(("torch", count)),
        set_deterministic_debug_mode=told.append,
        backends=SimpleNamespace(cudnn=SimpleNamespace(benchmark=True)),
    )
    monkeypatch.setitem(sys.modules, "cv2", cv2)
    monkeypatch.setitem(sys.modules, "torch", torch)
    monkeypatch.setattr(job.threadpoolctl, "threadpool_limits", lambda count: told.append(("others", count)))
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "CUBLAS_WORKSPACE_CONFIG"):
        monkeypatch.setenv(name, "9")
    job.compute_on_one_thread()
    assert told == [("others", 1), ("cv2", 1), ("torch", 1), "warn"] and torch.backends.cudnn.benchmark is False
    assert {os.environ[name] for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")} == {"1"}
    for name in ("cv2", "torch"):
        monkeypatch.delitem(sys.modules, name)
    job.compute_on_one_thread()
    assert told[4:] == [("others", 1)]


def test_the_study_of_a_job_in_a_bucket_is_told_and_else_it_is_here(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv(job.STUDY, raising=False)
    assert job.find_study() == tmp_path
    monkeypatch.setenv(job.STUDY, "/data/study")
    assert job.find_study() == Path("/data/study")


def test_an_answer_goes_where_the_last_output_went(monkeypatch):
    monkeypatch.setattr(job, "_TERMINAL", [])
    assert job.open_terminal() is sys.stdout
    monkeypatch.setattr(job, "_TERMINAL", ["first", "last"])
    assert job.open_terminal() == "last"


@pytest.mark.parametrize(
    ("number", "about", "is_passing"),
    [
        *((errno.ENOSPC, "other", True), (errno.EDQUOT, "other", True), (errno.EROFS, "other", True)),
        *((errno.EACCES, "own", True), (errno.EACCES, "other", False), (errno.EIO, None, False)),
    ],
)
def test_a_full_disk_or_what_is_said_of_the_file_itself_may_pass(tmp_path, number, about, is_passing):
    with pytest.raises(PassingError if is_passing else OSError) as failed, job.whole(tmp_path / "a.mp4") as path:
        path.touch()
        raise OSError(number, "why", {"own": str(path), "other": "b", None: None}[about])
    assert list(tmp_path.iterdir()) == []
    if is_passing:
        remedy = "make room, or mend what is wrong there, and run again"
        assert str(failed.value) == f"{tmp_path}/a.mp4: cannot be written (why); {remedy}"


def test_a_link_that_a_killed_run_left_is_removed_and_not_what_it_leads_to(tmp_path):
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder/a").touch()
    (tmp_path / ".new.7.partial").symlink_to("folder")
    (tmp_path / ".new.8.partial").mkdir()
    (tmp_path / ".new.8.partial/x").touch()
    with job.whole(tmp_path / "new") as path:
        path.symlink_to("folder")
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["folder", "new"]
    assert (tmp_path / "folder/a").exists()


# Small records


def test_a_record_is_indented_by_a_space_or_one_line_and_keeps_its_letters(tmp_path):
    for indent, text in ((1, '{\n "ä": 1\n}\n'), (None, '{"ä": 1}\n')):
        record.write_record(tmp_path / "a", {"ä": 1}, indent)
        assert (tmp_path / "a").read_text(encoding="utf-8") == text
    record.write_record(tmp_path / "b", {"ä": 1})
    assert (tmp_path / "b").read_text(encoding="utf-8") == '{\n "ä": 1\n}\n'
    record.write_lines(tmp_path / "c", [{"ä": 1}, {"b": [2]}])
    assert (tmp_path / "c").read_text(encoding="utf-8") == '{"ä": 1}\n{"b": [2]}\n'


def test_a_definition_has_sixteen_digits_and_knows_no_order_of_keys():
    found = definition.compute_definition({"a": 1, "b": 2}, 3)
    assert len(found) == 16 and found == definition.compute_definition({"b": 2, "a": 1}, 3)
    assert found != definition.compute_definition({"a": 1, "b": 2}, 4)
    definition.refuse_mixtures("clips", [("a", "x"), ("b", "x")])
    definition.refuse_mixtures("clips", [])
    with pytest.raises(UserError, match=r"^b: the record of clips was made by .* \(unknown\) than that of a \(x\); "):
        definition.refuse_mixtures("clips", [("a", "x"), ("b", "")])


def test_what_the_table_leaves_empty_is_empty_in_the_declarations(tmp_path):
    rows = [
        SimpleNamespace(video=video, pipelines=[], licence=None, split=None, group=None, training=training)
        for video, training in (("b", True), ("a", False))
    ]
    first, second = declared.declare_videos(rows)
    assert (first, second) == (declared.Declared("a", training=False), declared.Declared("b"))
    assert (first.why_not, second.why_not) == ("not-for-training", "")
    before = declared.digest(rows)
    assert before == declared.digest(rows[::-1])
    rows[0].training = False
    assert declared.digest(rows) != before
    declared.write_declared(tmp_path / "a", [first, second])
    assert declared.read_declared([tmp_path / "a"]) == {"a": first, "b": second}
    (tmp_path / "b").write_text("video\n")
    with pytest.raises(UserError, match="its columns are not video, pipelines"):
        declared.read_declared([tmp_path / "b"])


def test_values_of_an_option_end_at_the_next_option():
    words = ["--config", "a=1", "b=2", "-n", "c=3", "-C=d=4", "e=5", "--configs", "f=6", "--config"]
    assert list(choices.list_values(words, ("--config", "-C"))) == ["a=1", "b=2", "d=4"]


def test_a_file_that_is_no_yaml_is_told_with_its_line(tmp_path):
    (tmp_path / "a.yaml").write_text("a: 1\nb: [1\n")
    (tmp_path / "b.yaml").write_text("[1]\n")
    (tmp_path / "c.yaml").write_text("a: 1\n\tb: 1\n")
    said = [command_line.find_faults([f"--configfile={tmp_path}/{name}.yaml"])[0] for name in "abc"]
    assert said[0].startswith(f"--configfile {tmp_path}/a.yaml, line 3: not YAML (")
    assert said[1] == f"--configfile {tmp_path}/b.yaml: it must hold keys and values, such as `seed: 1`"
    assert ", line 2: not YAML (" in said[2]


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        ("a.b.c=1", "write --config 'a={b: {c: 1}}'"),
        ("a", "no value; write --config a=VALUE"),
        ("1a=2", "'1a' is no key"),
        ("a.b!=1", "'a.b!' is no key"),
        ("ab=", None),
        ("a_b-c=1", None),
    ],
)
def test_an_entry_is_a_key_and_a_value(entry, words):
    found = command_line.find_faults(["--config", entry])
    assert (words in found[0]) if words else found == []


def test_a_table_of_a_hundred_rows_is_kept_whole(tmp_path):
    header = ["video", "source"]
    for count, kept in ((100, 100), (101, 1)):
        rows = [[f"v{number}", "a.mp4"] for number in range(count)]
        found = table.keep_samples(table.Table("t", header, rows, list(range(2, count + 2))))
        assert (len(found.rows), found.numbers[0], found.rows[0]) == (kept, 2, ["v0", "a.mp4"])


def test_rows_of_a_table_have_the_numbers_that_editors_show(tmp_path):
    (tmp_path / "t").write_bytes(b"\xef\xbb\xbfvideo\tsource\r\n\n  # note\n a \tb\t\n \t\nc\td\n")
    found = table.read_table(tmp_path / "t")
    assert (found.header, found.rows, found.numbers) == (["video", "source"], [["a", "b"], ["c", "d"]], [4, 6])
    (tmp_path / "t").write_bytes(b"video\n\xff\n")
    assert "t: row 2: not UTF-8" in table.read_table(tmp_path / "t").fault
    (tmp_path / "t").write_bytes(b"\xff")
    assert "t: row 1: not UTF-8" in table.read_table(tmp_path / "t").fault


def test_ids_of_thousands_are_told_by_a_tenth_that_they_are_not():
    ids = [f"v{number}" for number in range(6000)]
    assert table.id_pattern(ids[:5000], ids[:5001]) == table.id_pattern(ids[:5000])
    assert table.id_pattern(ids[:5001], ids[:5002]).startswith("(?!")
    assert not table.id_pattern(ids[:5400], ids).startswith("(?!(?:")


def test_times_in_other_lines_are_no_difference_and_marked_lines_and_keys_are_none():
    patterns = {"a/*.txt": ("speed",), "a/*.json": ("seconds",)}
    assert volatile.is_volatile("a/b/c.txt", patterns) and not volatile.is_volatile("b/c.txt", patterns)
    text = b"made 2026-01-02 03:04:05 in 1:02:03, 12.5 s\nspeed 7\nlast 3 apples"
    assert volatile.drop_volatile("a/c.txt", text, patterns) == "made <time> in <time>, <time>\nlast 3 apples"
    known = b'{"b": [{"seconds": 1, "c": 2}], "seconds": 3}'
    assert volatile.drop_volatile("a/c.json", known, patterns) == '{\n "b": [\n  {\n   "c": 2\n  }\n ]\n}'
    assert volatile.drop_volatile("a/c.txt", b"\xff", patterns) == ""


def test_garbage_is_looked_for_after_a_hundred_thousand_objects(monkeypatch):
    told = []
    made = SimpleNamespace(freeze=lambda: told.append("freeze"), set_threshold=lambda *numbers: told.append(numbers))
    monkeypatch.setattr(memory, "gc", made)
    memory.collect_rarely()
    assert told[0] == "freeze" and told[1][0] >= 100_000 and min(told[1]) >= 10
