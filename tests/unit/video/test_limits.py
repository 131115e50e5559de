"""What ends a child that misbehaves, what a file that is no video is called, and which stream is read."""

import io
import os
import resource
import signal
import sys
from pathlib import Path
from types import SimpleNamespace

import av
import pytest
from av.stream import Disposition

from framewright.errors import UserError
from framewright.video import media, priority, sandbox
from framewright.video.file_type import is_text, is_video
from framewright.video.media import best_stream, open_media, pick_stream
from framewright.video.priority import keep_priority
from framewright.video.sandbox import Outcome


@pytest.mark.parametrize(
    ("status", "answer", "words", "reason"),
    [
        (77, b"", "", "needed more than 300 MiB of memory"),
        (-signal.SIGXCPU, b"", "x", "took more than 2.5 s of processor time"),
        (-signal.SIGKILL, b"", "x", "was killed, most likely because the machine ran out of memory"),
        (-signal.SIGSEGV, b"", "bad", "crashed (SIGSEGV): bad"),
        (-signal.SIGABRT, b"{}", "", "crashed (SIGABRT)"),
        (3, b"{}", "bad", "ended without a result (exit status 3): bad"),
        (0, b"", "", "ended without a result (exit status 0)"),
    ],
)
def test_how_a_child_ended_is_said_in_words(status, answer, words, reason):
    assert sandbox._outcome(status, answer, words, 2.5, 300) == Outcome(False, reason=reason)


def test_a_childs_answer_counts_where_it_ended_well():
    answer = b'{"ok": true, "value": [1]}'
    assert sandbox._outcome(0, answer, "noise", 1, 1) == Outcome(True, [1])
    with pytest.raises(AttributeError):
        Outcome(True).ok = False


@pytest.mark.parametrize(
    ("printed", "line"),
    [
        (b"", ""),
        (b" \n\n", ""),
        (b"one\ntwo  \n\n", "two"),
        (b"x" * 300, "x" * 200),
        (b"one\n" + b" " * 4092, "one"),
        (b"one\n" + b" " * 4096, ""),
        (b"\xff\n", "\ufffd"),
    ],
)
def test_of_what_a_child_printed_the_last_line_of_its_end_is_told(printed, line):
    noise = io.BytesIO(printed)
    assert sandbox._last_line(noise) == line


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux limits the address space")
@pytest.mark.parametrize(("seconds", "processor"), [(60, 60), (0.2, 1), (1.4, 1), (1.6, 2)])
def test_a_child_has_whole_seconds_one_at_least_and_no_core_dumps(monkeypatch, seconds, processor):
    limits = {}
    monkeypatch.setattr(sandbox.resource, "setrlimit", limits.__setitem__)
    sandbox._limit(seconds, 300)
    assert limits[resource.RLIMIT_CORE] == (0, 0)
    assert limits[resource.RLIMIT_FSIZE] == (1 << 20, 1 << 20)
    assert limits[resource.RLIMIT_CPU] == (processor, processor + 1)
    least, most = limits[resource.RLIMIT_AS]
    held = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    assert least == most and abs(most - held - 300 * 1024 * 1024) < 64 * 1024 * 1024


def test_a_child_whose_parent_is_gone_already_ends(monkeypatch):
    asked, left = [], []
    monkeypatch.setattr(sandbox.ctypes, "CDLL", lambda name: SimpleNamespace(prctl=lambda *given: asked.append(given)))
    monkeypatch.setattr(sandbox.os, "_exit", left.append)
    monkeypatch.setattr(sandbox.sys, "platform", "linux")
    sandbox._die_with(os.getppid())
    assert left == []
    sandbox._die_with(os.getppid() + 1)
    assert (asked, left) == ([(1, signal.SIGKILL)] * 2, [1])
    monkeypatch.setattr(sandbox.sys, "platform", "darwin")
    sandbox._die_with(os.getppid() + 1)
    assert left == [1] and len(asked) == 2


def test_a_function_that_runs_out_of_memory_or_fails_says_so(monkeypatch):
    left = []
    monkeypatch.setattr(sandbox, "_limit", lambda seconds, mebibytes: None)
    monkeypatch.setattr(sandbox.os, "_exit", left.append)
    task = {"arguments": {"text": "7"}, "seconds": 1, "mebibytes": 1}
    module = SimpleNamespace(read=int_of, eat=eat, refuse=refuse)
    monkeypatch.setitem(sys.modules, "made_up", module)
    answers = {name: sandbox._answer(task | {"function": f"made_up:{name}"}) for name in ("read", "refuse", "none")}
    assert answers["read"] == {"ok": True, "value": 7}
    assert answers["refuse"] == {"ok": False, "reason": "no film"}
    assert answers["none"]["ok"] is False and answers["none"]["reason"].startswith("failed: AttributeError: ")
    sandbox._answer(task | {"function": "made_up:eat"})
    assert left == [77]


def int_of(text: str) -> int:
    return int(text)


def eat(text: str) -> None:
    raise MemoryError


def refuse(text: str) -> None:
    raise UserError("no film")


# Files that are no videos


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"\xef\xbb\xbf  \n#EXTM3U", "this is a playlist"),
        (b"[playlist]\nFile1=a", "this is a playlist"),
        (b" <MPD>", "this is a playlist"),
        (b"<asx>", "this is a playlist"),
        (b" \n<html>", "this is a web page or XML"),
        (b"a" * 98 + b"\0\0", "this is text"),
        (b"a" * 97 + b"\0\0\0", "not a media file that can be read"),
        (b"\t\r\n" * 30 + b" ~", "this is text"),
        (b"a" * 90 + b"\x7f" * 10, "not a media file that can be read"),
        (b"a" * 90 + b"\x1f" * 10, "not a media file that can be read"),
        (b"\x89PNG\0\0\0\0", "this is a picture"),
        (b"\x1f\x8b\0\0\0\0", "this is an archive"),
        (b"DKIF\0\0\0\0", "it begins as a video"),
        (b"a" * 4096 + b"\0" * 4096, "this is text"),
        (b"\0" * 4096 + b"a" * 4096, "not a media file that can be read"),
    ],
)
def test_what_a_file_is_instead_is_told_by_its_beginning(tmp_path, content, words):
    (tmp_path / "a").write_bytes(content)
    assert media._what_it_is(tmp_path / "a").startswith(words)


def test_an_empty_file_and_a_folder_are_refused_and_a_byte_is_looked_at(tmp_path):
    for content, words in ((b"", r"the file is empty \(0 bytes\)"), (b"\0", "not a media file that can be read")):
        (tmp_path / "a").write_bytes(content)
        with pytest.raises(UserError, match=words):
            open_media(tmp_path / "a")
    with pytest.raises(UserError, match="no such file"):
        open_media(tmp_path)


@pytest.mark.parametrize(
    ("head", "video"),
    [
        *((b"\0\0\0\x20ftypM4V ", True), (b"\0\0\0\x20ftypM4A ", False), (b"\0\0\0\x20ftypavif", False)),
        *(
            (b"\0\0\x10\0moov....", True),
            (b"abc moov....", False),
            (b"\0\0\0\x08wide", True),
            (b"\0\0\x10\0mood....", False),
        ),
        *((b"RIFF\0\0\1\0WAVE", False), (b"RIFX\0\0\1\0AVI ", False), (b"xxxx\0\0\1\0AVI ", False)),
        *((b"OggS\0\0\0\0\x80theora", True), (b"OggS\0\0\0\0vorbis", False), (b"Oggx\0\0\0\0theora", False)),
        *((b"\0\0\1\x67abc", True), (b"\0\0\0\1\x40abc", True), (b"\0\0\1\x41abc", False), (b"\0\1\x67abc", False)),
        *((b"G" + bytes(187) + b"G", True), (b"G" + bytes(186) + b"G", False), (b"G" + bytes(188) + b"G", False)),
        *((bytes(4) + b"G" + bytes(191) + b"G", True), (bytes(4) + b"G" + bytes(190) + b"G", False)),
        *((bytes(3) + b"G" + bytes(191) + b"G", False), (bytes(5) + b"G" + bytes(191) + b"G", False)),
        *((bytes(188) + b"G", False), (b"G" + bytes(300), False), (b"G", False), (b"", False)),
        *((b"FLV\1", True), (b"nut/multimedia container", True), (b"\0\0\1\xba", True), (b"\0\0\1\xbb", False)),
    ],
)
def test_a_container_is_known_by_its_first_bytes(head, video):
    assert is_video(head) is video


@pytest.mark.parametrize(
    ("head", "text"),
    [
        *((b"a", True), (b"\t\r\n\x0c\x0b", True), (b"a\x08", False), (b"a\x0e", False), (b"\x1b[0m", True)),
        *((b"\x1a", False), (b"\x1c", False), (b"\x1f", False), ("ü".encode(), True), (b"\0", False)),
    ],
)
def test_a_text_has_no_control_characters_but_those_of_a_terminal(head, text):
    assert is_text(head) is text


def test_pictures_of_sixteen_thousand_columns_are_allowed_and_hardly_larger_ones():
    assert 15_360 * 8640 < media.MAX_PIXELS < 1.02 * 15_360 * 8640


# Streams


def stream(disposition=0, decodable=True, index=0, name="h264"):
    context = SimpleNamespace(codec=SimpleNamespace(canonical_name=name)) if decodable else None
    container = SimpleNamespace(dumps_format=lambda: "Stream #0:0: Video: none (dav1 / 0x31)")
    return SimpleNamespace(
        disposition=Disposition(disposition), codec_context=context, index=index, container=container
    )


def file_of(*films, audio=(), best=None):
    def choose(kind):
        if best is None:
            raise IndexError
        return best

    return SimpleNamespace(streams=SimpleNamespace(video=list(films), audio=list(audio), best=choose))


DEFAULT, COVER, THUMBNAILS = Disposition.default, Disposition.attached_pic, Disposition.timed_thumbnails


def test_covers_and_thumbnails_never_count():
    film = stream()
    assert pick_stream(file_of(stream(COVER), film, stream(THUMBNAILS | DEFAULT)), "a") == (
        film,
        "the only video stream",
    )
    for file, words in (
        (file_of(stream(COVER), audio=[1]), "only a cover picture"),
        (file_of(audio=[1]), "only sound"),
        (file_of(), "only other data"),
    ):
        with pytest.raises(UserError, match=f"^a: there is no video in it, {words}$"):
            pick_stream(file, "a")


def test_of_several_streams_the_first_marked_as_default_is_read_or_ffmpegs_best():
    plain, marked, again, broken = stream(), stream(DEFAULT), stream(DEFAULT), stream(DEFAULT, decodable=False)
    assert pick_stream(file_of(plain, marked), "a") == (marked, "marked as default")
    assert pick_stream(file_of(plain, marked, again), "a") == (marked, "first of 2 marked as default")
    assert pick_stream(file_of(broken, plain, marked), "a") == (marked, "marked as default")
    other = stream()
    assert pick_stream(file_of(plain, other, best=other), "a") == (other, "FFmpeg's best of several")
    assert pick_stream(file_of(plain, other), "a") == (plain, "FFmpeg's best of several")
    assert pick_stream(file_of(broken, plain, best=broken), "a") == (plain, "FFmpeg's best of several")
    assert best_stream(file_of(), "audio") is None
    with pytest.raises(UserError, match=r"^a: no decoder for its video \(codec dav1\)$"):
        pick_stream(file_of(stream(decodable=False)), "a")


def test_the_name_of_a_codec_without_a_decoder_is_read_from_ffmpegs_description():
    level = av.logging.get_level()
    for said, name in (
        ("Stream #0:2: Video: none (dav1 / 0x31)", "dav1"),
        ("Stream #0:2[0x1](und): Video: none", "none"),
        ("Stream #0:2: Video: vvc (Main) (vvc1 / 0x3)", "vvc"),
        ("Stream #0:21: Video: vvc", "unknown"),
        ("Stream #0:2: Audio: aac", "unknown"),
    ):
        made = stream(decodable=False, index=2)
        made.container.dumps_format = lambda said=said: said
        assert media.codec_name(made) == name
    assert av.logging.get_level() == level
    assert media.codec_name(stream(name="vp9")) == "vp9"


# Priorities


def test_only_threads_whose_policy_changed_get_it_back(monkeypatch, tmp_path):
    policies, given = {0: "usual", 7: "real time", 8: "usual", 9: None}, []
    for thread in (7, 8, 9):
        (tmp_path / str(thread)).mkdir()

    def ask(thread):
        if policies[thread] is None:
            raise ProcessLookupError  # it has just ended
        return policies[thread]

    made = SimpleNamespace(
        sched_getscheduler=ask,
        sched_getparam=lambda thread: f"parameters of {thread}",
        sched_setscheduler=lambda *words: given.append(words),
    )
    monkeypatch.setattr(priority, "os", made)
    monkeypatch.setattr(priority, "THREADS", tmp_path)
    with pytest.raises(ValueError, match="x"), keep_priority():
        assert given == []
        raise ValueError("x")
    assert given == [(7, "usual", "parameters of 0")]


def test_a_system_without_such_priorities_keeps_none(monkeypatch, tmp_path):
    for made, place in ((SimpleNamespace(), priority.THREADS), (os, tmp_path / "none")):
        monkeypatch.setattr(priority, "os", made)
        monkeypatch.setattr(priority, "THREADS", place)
        with keep_priority():
            pass
