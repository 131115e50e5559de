"""Clips cut out of small videos whose frames carry their number: what is in them, and when."""

from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import av
import cv2
import numpy as np
import pytest
from make_video import cut_off, damage, is_upright, make_video, number_in, trim

from framewright.errors import UserError
from framewright.tracks.clips.crop import CropWindows
from framewright.tracks.clips.extract import ClipPlan, choose_key_frames, extract, group_plans
from framewright.tracks.clips.options import ClipSettings
from framewright.tracks.clips.verify import find_fault
from framewright.tracks.meta import new_track
from framewright.video.colour import Colour
from framewright.video.encode import Writer
from framewright.video.stream import open_video
from framewright.video.window import find_decoder_class

SIZE = (96, 64)
WHOLE = [0, 0, 96, 64]
SHARP = ClipSettings(crf=4)


def track(start: float, end: float, box=WHOLE, size=SIZE, rate=16):
    times = np.arange(np.ceil(start * rate), np.floor(end * rate) + 1) / rate
    return new_track("v", size, times, np.tile(np.array(box, float), (len(times), 1)), [0], ["thing"])


def cut(path, *tracks, **settings):
    """What became of the tracks, and for each clip its frames' numbers and times."""
    folder = path.parent / "clips"
    folder.mkdir(exist_ok=True)
    clips = extract(path, tracks, folder, ClipSettings(**{"crf": 4} | settings))
    shown = []
    for clip in clips:
        if not clip.reason:
            with open_video(folder / Path(clip.fn).name) as video:
                shown.append([(number_in(frame.rgb), frame.time) for frame in video.frames()])
    return clips, shown


def keys(path):
    with open_video(path) as video:
        return [float(frame.time) for frame in video.frames() if frame.key]


@pytest.mark.slow
@pytest.mark.parametrize("rate", [Fraction(25), Fraction(30_000, 1001), Fraction(10), Fraction(50)], ids=str)
def test_a_clip_has_the_videos_own_frames_at_its_own_rate(tmp_path, rate):
    path = make_video(tmp_path / "a.mp4", range(int(5 * rate)), size=SIZE, rate=rate)
    (clip,), (shown,) = cut(path, track(1, 4))
    first = int(np.ceil(rate * (1 - Fraction(1, 1000))))
    assert shown == [(first + k, k / rate) for k in range(len(shown))]
    assert abs(float(len(shown) / rate) - 3) <= 1 / rate + 0.01
    assert Fraction(clip.rate) == rate and clip.frames == len(shown)
    assert (clip.start, clip.end) == pytest.approx((first / rate, (first + len(shown) - 1) / rate))


@pytest.mark.slow
def test_frames_keep_their_times_where_the_rate_varies(tmp_path):
    steps = [Fraction(1, 30)] * 20 + [Fraction(1, 10)] * 10 + [Fraction(7, 10)] * 3 + [Fraction(1, 60)] * 60
    times = [sum(steps[:k], Fraction(3)) for k in range(len(steps))]
    path = make_video(tmp_path / "a.mp4", range(len(times)), size=SIZE, times=times)
    (clip,), (shown,) = cut(path, track(3.25, 8))
    inside = [(k, time) for k, time in enumerate(times) if 3.249 <= time <= 8.001]
    assert [number for number, _ in shown] == [number for number, _ in inside]
    assert [time for _, time in shown] == [time - inside[0][1] for _, time in inside]
    assert clip.rate == "" and clip.start == pytest.approx(float(inside[0][1]))


@pytest.mark.slow
def test_a_key_frame_comes_every_half_second(tmp_path):
    """29.97: every 14 frames, as 15 take more than half a second; 30: every 15."""
    for rate, step in ((Fraction(30_000, 1001), 14), (Fraction(30), 15), (Fraction(16), 8), (Fraction(3, 2), 1)):
        path = make_video(tmp_path / "a.mp4", range(int(6 * rate)), size=SIZE, rate=rate)
        (clip,), _ = cut(path, track(0, 5.9))
        expected = [float(k * step / rate) for k in range(-(-clip.frames // step))]
        assert keys(tmp_path / "clips" / Path(clip.fn).name) == pytest.approx(expected)


@pytest.mark.parametrize("seed", range(5))
def test_key_frames_are_as_few_as_keep_their_distance(seed):
    noise = np.random.default_rng(seed)
    times = [Fraction(int(tick), 1000) for tick in np.cumsum(noise.integers(5, 300, 200))]
    flags = choose_key_frames(times, 0.5)
    begun = None
    for k, key in enumerate(flags[:-1]):
        if key:
            assert k == 0 or times[k + 1] - begun > 0.5  # it had to be
            begun = times[k]
        assert times[k + 1] - begun <= 0.5 or flags[k]
    assert flags[0]


@pytest.mark.slow
def test_many_tracks_come_from_one_pass_and_show_their_own_place(tmp_path, monkeypatch):
    """Sixteen cells of the grid, each of its own brightness, some of the time; no frame is decoded twice."""
    shades = np.arange(16).reshape(4, 4) * 12 + 30
    with Writer(tmp_path / "a.mp4", (320, 240), 25, crf=4) as writer:
        for _ in range(150):
            grey = np.kron(shades, np.ones((60, 80))).astype(np.uint8)
            writer.add(np.repeat(grey[..., None], 3, axis=2))
    tracks = []
    for k in range(16):
        left, top = k % 4 * 80 + 5, k // 4 * 60 + 5
        tracks.append(track(k / 10, 3 + k / 6, [left, top, left + 70, top + 50], (320, 240)))
    opened = []
    original = av.open
    monkeypatch.setattr(
        av, "open", lambda file, *rest, **more: opened.append(str(file)) or original(file, *rest, **more)
    )
    clips, _ = cut(tmp_path / "a.mp4", *tracks)
    assert sum("clips" not in file for file in opened) <= 2  # its pictures once, its packets once
    for k, clip in enumerate(clips):
        assert clip.size == (70, 50) and not clip.reason
        with open_video(tmp_path / "clips" / Path(clip.fn).name) as video:
            grey = np.stack([frame.rgb for frame in video.frames()])
        assert np.abs(grey.astype(int) - shades[k // 4, k % 4]).max() <= 8


def test_windows_follow_the_track(tmp_path):
    """A bright square on dark ground that moves: the clip shows it in the middle all the time."""
    with Writer(tmp_path / "a.mp4", (320, 240), 25, crf=4) as writer:
        for k in range(100):
            picture = np.full((240, 320, 3), 30, np.uint8)
            picture[90:130, 40 + 2 * k : 80 + 2 * k] = 220
            writer.add(picture)
    times = np.arange(63) / 16
    left = 40 + 50 * times
    boxes = np.stack([left - 20, left * 0 + 70, left + 60, left * 0 + 150], axis=1)
    (clip,), _ = cut(tmp_path / "a.mp4", new_track("v", (320, 240), times, boxes, [0], ["square"]), smoothing=0)
    with open_video(tmp_path / "clips" / Path(clip.fn).name) as video:
        for frame in video.frames():
            rows, columns = np.nonzero(frame.gray() > 125)
            assert abs(rows.mean() - 39.5) <= 1 and abs(columns.mean() - 39.5) <= 1.5
    assert np.allclose(
        np.array(clip.windows).reshape(-1, 4)[:, 0], np.interp(np.arange(clip.frames) / 25, times, left - 20), atol=0.01
    )


@pytest.mark.slow
@pytest.mark.parametrize(
    "options",
    [
        pytest.param({"rotation": 90}, id="rotated"),
        pytest.param({"mirrored": True}, id="mirrored"),
        pytest.param({"pixel_aspect": Fraction(3, 4)}, id="anamorphic"),
        pytest.param({"pixel_format": "yuv422p"}, id="4:2:2"),
        pytest.param({"pixel_format": "yuv420p10le"}, id="10 bits"),
        pytest.param({"pixel_format": "yuvj420p"}, id="full range"),
        pytest.param({"codec": "libx264rgb", "pixel_format": "rgb24", "b_frames": 0}, id="RGB"),
        pytest.param({"colour": Colour("bt2020", "smpte2084", "bt2020nc", "tv")}, id="PQ"),
        pytest.param({"colour": Colour("bt470bg", "gamma28", "bt470bg", "pc")}, id="PAL in full range"),
    ],
)
def test_clips_are_upright_and_of_the_videos_colours(tmp_path, options):
    path = make_video(tmp_path / "a.mp4", range(90), size=SIZE, rate=30, **options)
    with open_video(path) as video:
        own = track(0.5, 2.5, [0, 0, *video.size], video.size)
        theirs, colour = [frame.rgb for frame in video.frames()][15], video.colour
    (clip,), (shown,) = cut(path, own)
    assert [number for number, _ in shown] == list(range(15, 76))
    with open_video(tmp_path / "clips" / Path(clip.fn).name) as video:
        ours = next(video.frames()).rgb
        assert video.pixel_format in ("yuv420p", "yuvj420p")
        assert (video.colour.primaries, video.colour.transfer) == (colour.primaries, colour.transfer)
        assert video.colour.matrix == (colour.matrix if colour.matrix not in ("unknown", "gbr") else "smpte170m")
    assert is_upright(ours)
    theirs = cv2.resize(theirs, ours.shape[1::-1], interpolation=cv2.INTER_AREA)
    assert np.abs(ours.astype(int) - theirs).mean() < 4


def test_a_matrix_that_players_guess_by_the_height_is_named(tmp_path):
    """An untagged film of 720 lines is BT.709; a clip of 100 lines without a tag would be taken for BT.601."""
    with Writer(tmp_path / "a.mp4", (1280, 720), 25, colour=Colour()) as writer:
        for _ in range(10):
            writer.add_planes((np.full((720, 1280), 120, np.uint8), *[np.full((360, 640), 90, np.uint8)] * 2))
    with open_video(tmp_path / "a.mp4") as video:
        wanted = next(video.frames()).rgb[0, 0].astype(int)
    (clip,), _ = cut(tmp_path / "a.mp4", track(0, 0.36, [100, 100, 200, 200], (1280, 720)))
    with open_video(tmp_path / "clips" / Path(clip.fn).name) as video:
        assert video.colour.matrix == "bt709"
        assert np.abs(next(video.frames()).rgb[50, 50].astype(int) - wanted).max() <= 2


@pytest.mark.slow
def test_what_becomes_of_each_track_is_said(tmp_path):
    """None is skipped silently: not one past the end, not a duplicate, not one whose end is missing."""
    path = make_video(tmp_path / "a.mp4", range(100), size=SIZE, rate=25)
    tracks = [track(0, 3.5), track(4.5, 8), track(0.5, 3.25), track(2, 6, [10, 10, 40, 40])]
    clips, shown = cut(path, *tracks)
    assert [(clip.tid, clip.fn) for clip in clips] == [(own.tid, own.fn) for own in tracks]
    assert [clip.reason for clip in clips] == ["", "past-the-end", "duplicate", ""]
    assert clips[1].detail == "begins at 4.500 s, the video ends at 4.000 s"
    assert tracks[0].tid in clips[2].detail
    assert clips[3].detail == "the video ends 2.000 s before it" and len(shown[1]) == 50
    assert sorted(file.name for file in (tmp_path / "clips").iterdir()) == sorted(
        Path(clip.fn).name for clip in clips if not clip.reason
    )


def test_a_track_given_twice_is_one_clip(tmp_path):
    path = make_video(tmp_path / "a.mp4", range(50), size=SIZE, rate=25)
    clips, shown = cut(path, track(0, 1.5), track(0, 1.5))
    assert [clip.reason for clip in clips] == [""] and len(shown) == 1


@pytest.mark.slow
def test_a_clip_ends_after_its_max_seconds(tmp_path):
    path = make_video(tmp_path / "a.mp4", range(100), size=SIZE, rate=25)
    (clip,), (shown,) = cut(path, track(1, 3.9), max_seconds=2)
    assert len(shown) == 51 and clip.detail == "its first 2 s"
    assert ClipSettings().max_seconds == 180


def test_a_track_between_two_frames_has_no_clip(tmp_path):
    path = make_video(tmp_path / "a.mp4", range(5), size=SIZE, rate=Fraction(1, 2))
    (clip,), _ = cut(path, track(2.5, 3.5))
    assert clip.reason == "no-frame"


def test_no_tracks_need_no_video(tmp_path):
    assert extract(tmp_path / "missing", [], tmp_path) == []


@pytest.mark.slow
def test_a_hidden_beginning_and_a_late_start_shift_nothing(tmp_path):
    source = make_video(tmp_path / "source.mp4", range(120), size=SIZE, rate=25, gop=50)
    path = trim(source, tmp_path / "a.mp4", 1.0)
    with open_video(path) as video:
        wanted = [number_in(frame.rgb) for frame in video.frames() if 0.999 <= frame.time <= 2.001]
    _, (shown,) = cut(path, track(1, 2))
    assert [number for number, _ in shown] == wanted


@pytest.mark.slow
def test_far_apart_tracks_are_reached_by_a_seek(tmp_path):
    path = make_video(tmp_path / "a.mp4", range(1500), size=SIZE, rate=25)
    _, shown = cut(path, track(1, 2), track(50, 52), track(50.5, 51.5, [0, 0, 40, 40]))
    assert [number for number, _ in shown[0]] == list(range(25, 51))
    assert [number for number, _ in shown[1]] == list(range(1250, 1301))


@pytest.mark.slow
def test_frames_that_cannot_be_decoded_are_stood_in_for(tmp_path):
    """The clip keeps its time: what is lost repeats the frame before, and is counted."""
    path = make_video(tmp_path / "a.mp4", range(100), size=SIZE, rate=25, b_frames=0, gop=5)
    damage(path, 41)
    with open_video(path) as video:
        decoded = {round(frame.time * 25) for frame in video.frames()}
    lost = [k for k in range(25, 76) if k not in decoded]
    (clip,), (shown,) = cut(path, track(1, 3))
    assert len(shown) == 51 and [time for _, time in shown] == [Fraction(k, 25) for k in range(51)]
    if lost:
        assert clip.detail.startswith(f"{len(lost)} of 51 frames can't be decoded")
    intact = [number for number, _ in shown if number < 41 or number >= 45]
    assert set(range(25, 41)) | set(range(45, 76)) <= set(intact)


@pytest.mark.slow
def test_a_cut_off_file_gives_what_it_has(tmp_path):
    path = cut_off(make_video(tmp_path / "a.mkv", range(200), size=SIZE, rate=25), 0.5)
    clips, shown = cut(path, track(0, 7.9), track(7, 7.9, [0, 0, 30, 30]))
    assert clips[1].reason in ("past-the-end", "unreadable")
    assert "the video ends" in clips[0].detail and 40 < len(shown[0]) < 160


def test_metadata_of_a_smaller_copy_fits(tmp_path):
    path = make_video(tmp_path / "a.mp4", range(30), size=SIZE, rate=25)
    (clip,), (shown,) = cut(path, track(0, 1, [0, 0, 48, 32], (48, 32)))
    assert clip.size == SIZE and [number for number, _ in shown] == list(range(26))


@pytest.mark.slow
def test_the_same_tracks_give_the_same_bytes_in_any_order(tmp_path):
    path = make_video(tmp_path / "a.mp4", range(100), size=SIZE, rate=25)
    tracks = [track(k / 4, 2 + k / 4, [4 * k, 2 * k, 4 * k + 40, 2 * k + 40]) for k in range(5)]
    contents = []
    for order in (tracks, tracks[::-1]):
        clips, _ = cut(path, *order)
        contents.append({clip.tid: (tmp_path / "clips" / Path(clip.fn).name).read_bytes() for clip in clips})
    assert contents[0] == contents[1] and len(contents[0]) == 5


# ---- memory, and what is checked ------------------------------------------------------------------------------------


NOTHING = np.zeros(0), np.zeros((0, 4))


def plans(count: int, size=(100, 100), length=10, step=1):
    return [
        ClipPlan(track(k, k + 1), size, k * step, k * step + length - 1, Fraction(25), CropWindows(*NOTHING, size))
        for k in range(count)
    ]


def test_clips_are_written_in_as_few_passes_as_memory_allows():
    assert len(group_plans(plans(30), 10 * 10_000)) == 1  # never more than ten at once
    own = group_plans(plans(30), 5 * 10_000)
    assert len(own) == 2 and sum(map(len, own)) == 30
    for group in own:
        for plan in group:
            alive = [other for other in group if other.first <= plan.first <= other.last]
            assert sum(other.pixels for other in alive) <= 5 * 10_000
    assert len(group_plans(plans(3), 1)) == 3  # even a clip that is too large by itself is written


@pytest.mark.slow
def test_several_passes_give_the_same_clips(tmp_path, monkeypatch):
    path = make_video(tmp_path / "a.mp4", range(60), size=SIZE, rate=25)
    tracks = [track(k / 16, 2, [4 * k, 0, 4 * k + 40, 40]) for k in range(6)]
    once, _ = cut(path, *tracks)
    first = {clip.fn: (tmp_path / "clips" / Path(clip.fn).name).read_bytes() for clip in once}
    monkeypatch.setattr("framewright.tracks.clips.extract.ALIVE", 2 * 40 * 40)
    again, _ = cut(path, *tracks)
    assert again == once
    assert first == {clip.fn: (tmp_path / "clips" / Path(clip.fn).name).read_bytes() for clip in again}


@pytest.fixture
def clip(tmp_path):
    (own,), _ = cut(make_video(tmp_path / "a.mp4", range(60), size=SIZE, rate=25), track(0, 2))
    return tmp_path / "clips" / Path(own.fn).name


def test_a_clip_has_no_sound(tmp_path):
    source = make_video(tmp_path / "a.mp4", range(60), size=SIZE, rate=25, audio=True)
    (own,), _ = cut(source, track(0, 2))
    assert find_fault(tmp_path / "clips" / Path(own.fn).name, SIZE, 51, 0.5) == ""


@pytest.mark.slow
def test_a_sound_clip_is_found_sound_and_others_are_not(clip, tmp_path):
    assert find_fault(clip, SIZE, 51, 0.5) == ""
    assert find_fault(clip, SIZE, 52, 0.5) == "51 of 51 frames decode, not 52"
    assert find_fault(clip, (96, 66), 51, 0.5) == "it is 96x64, not 96x66"
    assert "no key frame for more than 0.3 s" in find_fault(clip, SIZE, 51, 0.3)
    assert "can't be read" in find_fault(tmp_path / "missing.mp4", SIZE, 51, 0.5)
    with_sound = make_video(tmp_path / "b.mp4", range(20), size=SIZE, rate=25, audio=True)
    assert find_fault(with_sound, SIZE, 20, 0.5) == "it holds video, audio (h264), not H.264 alone"
    other = make_video(tmp_path / "c.mp4", range(20), size=SIZE, rate=25, codec="mpeg4")
    assert "not H.264" in find_fault(other, SIZE, 20, 0.5)
    damage(clip, 20)
    assert find_fault(clip, SIZE, 51, 0.5) != ""


def test_two_frames_at_one_time_are_a_fault(clip, tmp_path):
    with av.open(str(clip)) as film, av.open(str(tmp_path / "b.mp4"), "w") as output:
        packets = [packet for packet in film.demux(video=0) if packet.size]
        stream = output.add_stream_from_template(film.streams.video[0])
        packets[4].pts = packets[5].pts
        for packet in packets:
            packet.stream = stream
            output.mux(packet)
    assert find_fault(tmp_path / "b.mp4", SIZE, 51, 0.5) == "its times do not ascend from 0"


def test_a_clip_that_does_not_come_out_right_stops_the_job(tmp_path, monkeypatch):
    """A disk that loses what was written: the video's clips are whole, or there are none."""
    path = make_video(tmp_path / "a.mp4", range(60), size=SIZE, rate=25)
    (tmp_path / "clips").mkdir()
    leave = Writer.__exit__

    def lose(self, *exception):
        leave(self, *exception)
        cut_off(self.path, 0.5)

    monkeypatch.setattr(Writer, "__exit__", lose)
    with pytest.raises(UserError, match=r"thing-[0-9a-f]{32}\.mp4: .*run again"):
        extract(path, [track(0, 2)], tmp_path / "clips")


@pytest.mark.slow
@pytest.mark.parametrize("reader", ["pyav", "opencv", "torchcodec"])
def test_clips_are_readable_by(clip, reader):
    if reader == "pyav":
        with av.open(str(clip)) as file:
            frames = [frame.to_ndarray(format="rgb24") for frame in file.decode(video=0)]
    elif reader == "opencv":
        capture = cv2.VideoCapture(str(clip))
        assert capture.get(cv2.CAP_PROP_FPS) == 25 and capture.get(cv2.CAP_PROP_FRAME_COUNT) == 51
        frames = []
        while (got := capture.read())[0]:
            frames.append(cv2.cvtColor(got[1], cv2.COLOR_BGR2RGB))
    else:
        # wheels of torchcodec bring no FFmpeg; test_window.py lends it PyAV's and compares pixels then
        decoder = find_decoder_class() or pytest.skip("torchcodec is not installed, or finds no FFmpeg here")
        frames = [frame.numpy().transpose(1, 2, 0) for frame in decoder(str(clip))]
    assert [number_in(frame) for frame in frames] == list(range(51))


def test_pairs_of_neighbours_are_not_swapped(clip):
    """Without frames that refer to later ones, packets lie in the order in which frames are shown."""
    with av.open(str(clip)) as file:
        stamps = [(packet.pts, packet.dts) for packet in file.demux(video=0) if packet.size]
    assert all(pts == dts for pts, dts in stamps) and all(a < b for a, b in pairwise(stamps))
