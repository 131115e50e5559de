"""The record of a video says what its packets and pictures say, and a bad file gives a reason instead."""

import json
import os
import threading
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import av
import make_video as fixture
import numpy as np
import pytest
from make_video import make_video

from framewright.video.colour import Colour
from framewright.video.examine import FACTS, probe, probe_safely

PQ = Colour("bt2020", "smpte2084", "bt2020nc", "tv")
HLG = Colour("bt2020", "arib-std-b67", "bt2020nc", "tv")
MASTERED = (
    "log-level=none:hdr10=1:repeat-headers=1:max-cll=1200,400:"
    "master-display=G(13250,34500)B(7500,3000)R(34000,16000)WP(15635,16450)L(40000000,50)"
)


def test_a_plain_video(tmp_path):
    record = probe(make_video(tmp_path / "a.mp4", range(60), gop=20, audio=True))
    assert {key: record[key] for key in FACTS if key != "colour"} == {
        "container": "mov,mp4,m4a,3gp,3g2,mj2",
        "codec": "h264",
        "profile": "High",
        "pixel_format": "yuv420p",
        "bit_depth": 8,
        "coded_size": [64, 48],
        "displayed_size": [64, 48],
        "rotation": 0,
        "mirrored": False,
        "pixel_aspect": "1",
        "rate": "30",
        "rate_varies": False,
        "start": 0.0,
        "duration": 2.0,
        "frames": 60,
        "keyframes": [0.0, 20 / 30, 40 / 30],
        "time_base": "1/15360",
        "interlaced": False,
        "audio": {"codec": "aac", "rate": 44100, "channels": 1},
        "stream": {"index": 0, "why": "the only video stream", "of": 2},
        "sample": {"wanted": 15, "decoded": 15, "errors": 0},
    }
    assert record["colour"]["class"] == "unknown" and record["colour"]["untagged"]
    assert (record["status"], record["reason"], record["notes"]) == ("ok", None, [])
    assert record["bytes"] == (tmp_path / "a.mp4").stat().st_size and len(record["sha256"]) == 64


SLOWING = [Fraction(k * k, 100) for k in range(30)]
LATE = [Fraction(3, 2) + Fraction(k, 25) for k in range(30)]
SECOND = {"numbers": range(9), "size": (128, 96)}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "options", "expected"),
    [
        ("a.mp4", {"rotation": 90}, {"rotation": 90, "coded_size": [48, 64], "displayed_size": [64, 48]}),
        ("a.mp4", {"mirrored": True}, {"mirrored": True, "rotation": 0}),
        ("a.mp4", {"pixel_aspect": Fraction(4, 3)}, {"pixel_aspect": "4/3", "displayed_size": [85, 48]}),
        ("a.mp4", {"rate": Fraction(30000, 1001)}, {"rate": "30000/1001", "rate_varies": False}),
        ("a.mkv", {"rate": Fraction(24000, 1001)}, {"rate": "24000/1001", "rate_varies": False}),
        ("a.mp4", {"times": SLOWING}, {"rate": "100/29", "rate_varies": True}),
        ("a.ts", {"times": LATE}, {"start": 1.5, "duration": 1.2, "rate": "25"}),
        ("a.mp4", {"options": {"x264-params": "tff=1"}}, {"interlaced": True}),
        ("a.mkv", {"pixel_format": "yuv420p10le"}, {"bit_depth": 10, "pixel_format": "yuv420p10le"}),
        ("a.mp4", {"numbers": [3]}, {"frames": 1, "duration": 1 / 30, "rate": "30"}),
        ("a.mp4", {"second": SECOND}, {"stream": {"index": 0, "why": "marked as default", "of": 2}}),
        ("a.avi", {}, {"frames": 30, "rate": "30", "start": 0.0}),
    ],
)
def test_odd_videos(tmp_path, name, options, expected):
    record = probe(make_video(tmp_path / name, **options))
    assert record["status"] == "ok"
    assert {key: record[key] for key in expected} == expected


@pytest.mark.parametrize(
    ("colour", "kind", "untagged"),
    [
        pytest.param(Colour("bt709", "bt709", "bt709", "tv"), "SDR", False, id="BT.709"),
        pytest.param(Colour("smpte170m", "smpte170m", "smpte170m", "tv"), "SDR", False, id="BT.601"),
        pytest.param(PQ, "PQ", False, id="PQ"),
        pytest.param(HLG, "HLG", False, id="HLG"),
        pytest.param(None, "unknown", True, id="nothing"),
    ],
)
def test_colour_class(tmp_path, colour, kind, untagged):
    colours = probe(make_video(tmp_path / "a.mp4", range(3), colour=colour))["colour"]
    assert (colours["class"], colours["untagged"]) == (kind, untagged)
    if colour:
        assert [colours[key] for key in ("primaries", "transfer", "matrix", "range")] == [
            colour.primaries,
            colour.transfer,
            colour.matrix,
            colour.range,
        ]


def test_how_bright_it_was_mastered(tmp_path):
    options = {"codec": "libx265", "pixel_format": "yuv420p10le", "colour": PQ, "options": {"x265-params": MASTERED}}
    colours = probe(make_video(tmp_path / "a.mp4", range(3), **options))["colour"]
    assert [colours[key] for key in ("peak", "mastering_peak", "max_cll", "max_fall")] == [1200, 4000, 1200, 400]


TICKS = [Fraction(k, 90_000) for k in range(30)]


def with_a_day_between(path: Path) -> Path:
    return make_video(path, range(20), times=[Fraction(k, 25) + 86_400 * (k > 9) for k in range(20)])


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "make", "note"),
    [
        ("a.mkv", lambda path: fixture.claim_duration(make_video(path), 50), "its header claims 50.000 s, its frames"),
        ("a.mkv", lambda path: fixture.cut_off(make_video(path, range(90)), 0.5), "its header claims 3.0"),
        ("b.mp4", lambda path: fixture.trim(make_video(path.with_name("a.mp4")), path, 0.5), "hides 5 of its frames"),
        ("a.mp4", lambda path: make_video(path, [0]), "it has a single frame: a picture rather than a video"),
        ("a.mp4", lambda path: make_video(path, times=TICKS), "say 90000 frames per second, which cannot be"),
        ("a.mkv", with_a_day_between, "its time stamps jump by 86400 s at 0.360 s"),
        ("a.avi", make_video, "30 frames have no presentation time"),
        ("a.mp4", lambda path: fixture.damage(make_video(path, range(10)), 5), "of 10 sampled frames 9 decode"),
    ],
)
def test_notes_say_what_is_odd(tmp_path, name, make, note):
    record = probe(make(tmp_path / name))
    assert record["status"] == "ok"
    assert any(note in sentence for sentence in record["notes"]), record["notes"]


def test_a_header_that_lies_is_not_believed(tmp_path):
    record = probe(fixture.claim_duration(make_video(tmp_path / "a.mp4"), 50))
    assert (record["duration"], record["frames"], record["rate"]) == (1.0, 30, "30")


def all_damaged(path: Path) -> Path:
    make_video(path, range(10))
    for index in range(10):
        fixture.damage(path, index)
    return path


def huge(path: Path) -> Path:
    make_video(path.with_suffix(".avi"), codec="mjpeg", pixel_format="yuvj420p", b_frames=0)
    return fixture.claim_size(path.with_suffix(".avi"), 65_500, 65_500)


def containing(content: bytes) -> Callable[[Path], Path]:
    def make(path: Path) -> Path:
        path.write_bytes(content)
        return path

    return make


@pytest.mark.slow
@pytest.mark.parametrize(
    ("make", "reason"),
    [
        pytest.param(Path, "no such file", id="missing"),
        pytest.param(containing(b""), "the file is empty (0 bytes)", id="empty"),
        pytest.param(containing(b"#EXTM3U\nother.mp4\n"), "this is a playlist, not a video", id="playlist"),
        pytest.param(containing(np.random.default_rng(0).bytes(9999)), "not a media file that can be read", id="noise"),
        pytest.param(
            lambda path: fixture.cut_off(make_video(path), 0.5), "it begins as a video, but", id="cut off, index lost"
        ),
        pytest.param(lambda path: make_video(path, video=False, audio=True), "only sound", id="sound"),
        pytest.param(lambda path: make_video(path, video=False, cover=True), "only a cover picture", id="cover"),
        pytest.param(all_damaged, "none of its frames can be decoded (codec h264)", id="nothing decodes"),
        pytest.param(huge, "none of its frames can be decoded (codec mjpeg)", id="pictures of 4 gigapixels"),
    ],
)
def test_rejected_with_a_reason(tmp_path, make, reason):
    path = make(tmp_path / "a.mp4")
    for record in (probe(path), probe_safely(path)):
        assert record["status"] == "rejected"
        assert reason in record["reason"] and "\n" not in record["reason"] and str(tmp_path) not in record["reason"]
        assert all(record[fact] is None for fact in FACTS)
        assert (record["sha256"] is None) == (not path.exists())


@pytest.mark.slow
@pytest.mark.parametrize(
    ("limits", "reason"),
    [
        pytest.param({"mebibytes": 1}, "more memory than there is", id="memory"),
        pytest.param({"seconds": 0.01}, "reading it took longer than 0.01 s", id="time"),
    ],
)
def test_a_reader_that_fails_is_a_reason_not_an_error(tmp_path, limits, reason):
    path = make_video(tmp_path / "a.mp4", size=(640, 480))
    record = probe_safely(path, **limits)
    assert record["status"] == "rejected" and reason in record["reason"]
    assert list(record) == list(probe(path))


@pytest.mark.slow
def test_a_file_that_is_being_written_is_no_video_yet(tmp_path):
    path, done = make_video(tmp_path / "a.mkv"), threading.Event()

    def write():
        with path.open("ab", buffering=0) as file:
            while not done.wait(0.01):
                file.write(b"\0")

    writer = threading.Thread(target=write)
    writer.start()
    record = probe_safely(path)
    done.set()
    writer.join()
    assert (record["status"], record["sha256"], record["bytes"]) == ("rejected", None, None)
    assert "it changed while it was read" in record["reason"]
    assert probe_safely(path)["status"] == "ok"


def test_the_record_is_the_same_in_every_run(tmp_path):
    path = fixture.damage(make_video(tmp_path / "a.mp4", audio=True), 7)
    assert len({json.dumps(record) for record in (probe(path), probe(path), probe_safely(path))}) == 1


# Real files, published facts


@pytest.fixture
def shared():
    folder = Path(os.environ.get("FRAMEWRIGHT_SHARED", Path(__file__).parents[4] / "shared")) / "data"
    if not folder.is_dir():
        pytest.skip(f"no real videos here: {folder} is absent")
    return folder


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "expected"),
    [
        (
            "video/people-walking.mp4",
            {"displayed_size": [1280, 720], "frames": 314, "rate": "30000/1001", "audio": None},
        ),
        ("video/one-by-one-person.mp4", {"displayed_size": [768, 432], "frames": 1394, "rate": "10"}),
        ("video/flipping-a-pancake.mkv", {"displayed_size": [426, 240], "frames": 310, "rate": "30"}),
        ("video/nasa-13013.mp4", {"displayed_size": [320, 180], "frames": 325}),
        ("hdr/hdr10-av1.mp4", {"displayed_size": [720, 1280], "frames": 127, "rate": "30000/1001", "bit_depth": 10}),
        ("hdr/hlg10-color-test.mp4", {"displayed_size": [1920, 1080], "frames": 9, "bit_depth": 10}),
        ("broken/no-decoder-dav1.mp4", {"status": "rejected", "reason": "no decoder for its video (codec dav1)"}),
    ],
)
def test_real_videos(shared, name, expected):
    record = probe(shared / name)
    assert {key: record[key] for key in expected} == expected


@pytest.mark.slow
@pytest.mark.parametrize(("name", "kind"), [("hdr10-av1.mp4", "PQ"), ("hlg10-color-test.mp4", "HLG")])
def test_real_high_dynamic_range(shared, name, kind):
    assert probe(shared / "hdr" / name)["colour"]["class"] == kind


def test_a_real_damaged_video(shared):
    """Older FFmpegs could not open it at all; ours reads 49 of its 50 frames, and says so."""
    record = probe(shared / "broken/corrupted.mp4")
    assert record["frames"] == 50 and record["sample"]["errors"] > 0
    assert any("sampled frames" in note for note in record["notes"])
    with av.open(str(shared / "broken/corrupted.mp4")) as file:
        assert file.streams.video[0].frames == 50
