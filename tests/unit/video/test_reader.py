"""One pass through a file: what is lost and damaged is counted, and nothing is decoded that nobody wants."""

from fractions import Fraction
from types import SimpleNamespace

import av
import numpy as np
import pytest
from make_video import make_video, number_in

from framewright.errors import PassingError, UserError
from framewright.video.media import MAX_PIXELS
from framewright.video.reader import Reader
from framewright.video.stream import Video, open_video
from framewright.video.timeline import Clock, Timeline


class Packet(bytes):
    """A packet of a made-up file: its time, and the pictures that come out when it goes in."""

    def __new__(cls, pts, *pictures, content=b"x", discard=False):
        packet = super().__new__(cls, content)
        packet.pts, packet.pictures, packet.size, packet.is_discard = pts, pictures, len(content), discard
        packet.dts, packet.duration = pts, 10
        return packet


def show(pts, corrupt=False):
    return SimpleNamespace(pts=pts, dts=pts, duration=10, is_corrupt=corrupt)


class Stream:
    """Decodes packets as they say; an exception instead of pictures is raised."""

    time_base, average_rate, guessed_rate, start_time, index = Fraction(1, 1000), Fraction(25), None, None, 0

    def __init__(self, codec="h264", extradata=None):
        self.fed, self.skipped, self.codec_context = [], [], SimpleNamespace(name=codec, extradata=extradata)

    def decode(self, packet):
        self.fed.append(packet.pts)
        self.skipped.append(getattr(self.codec_context, "skip_frame", None))
        pictures = getattr(packet, "pictures", ())
        if pictures and isinstance(pictures[0], Exception):
            raise pictures[0]
        return list(pictures)


class Container:
    """A made-up file; None stands for a place that can't be read."""

    def __init__(self, packets, form="mp4"):
        self.packets, self.format = list(packets), SimpleNamespace(name=form)

    def demux(self, stream):
        while self.packets:
            packet = self.packets.pop(0)
            if packet is None:
                raise av.FFmpegError(1, "damaged")
            yield packet


def open_made(*packets, form="mp4", codec="h264", extradata=None) -> Reader:
    reader = Reader.__new__(Reader)
    reader.path, reader.stream, reader.container = "a.mp4", Stream(codec, extradata), Container(packets, form)
    reader.clock = Clock(reader.container, reader.stream)
    reader.wanted, reader._skips, reader._missing, reader.errors, reader.damage = None, False, set(), 0, set()
    return reader


END = Packet(None, content=b"")


@pytest.mark.parametrize(
    ("packets", "ticks", "errors", "damage"),
    [
        ([Packet(0, show(0)), Packet(40, show(40)), END], [0, 40], 0, set()),
        ([Packet(0, show(0)), Packet(40, av.FFmpegError(1, "x")), END], [0], 1, {40}),
        ([Packet(0, show(0)), Packet(None, av.FFmpegError(1, "x")), END], [0], 1, {0}),
        ([Packet(40, show(40)), None, Packet(80, show(80)), END], [40, 80], 1, {40}),
        ([None, Packet(40, show(40)), END], [40], 1, {0}),
        ([Packet(0, show(0)), Packet(40, show(40, corrupt=True)), END], [0, 40], 0, {40}),
        ([Packet(0, show(40)), Packet(40, show(40)), Packet(80, show(30)), END], [40], 2, set()),
        ([Packet(0), Packet(40), Packet(80, show(0)), END], [0], 0, set()),  # half or fewer: fields, no loss
        ([Packet(0), Packet(40, show(40)), END], [40], 0, set()),
        ([Packet(0), Packet(40, show(40)), Packet(80, show(80)), END], [40, 80], 1, set()),
        (
            [Packet(0), Packet(1), Packet(40, show(40)), Packet(80, show(80)), Packet(90, show(90)), END],
            [40, 80, 90],
            2,
            set(),
        ),
        ([Packet(0, discard=True), Packet(40, show(40)), Packet(80, show(80)), END], [40, 80], 0, set()),
        ([Packet(0, show(0), show(40)), END], [0, 40], 0, set()),
    ],
)
def test_what_does_not_come_out_is_counted_and_damage_has_its_time(packets, ticks, errors, damage):
    reader = open_made(*packets)
    assert [tick for tick, _ in reader.pictures()] == ticks
    assert (reader.errors, reader.damage) == (errors, damage)


def test_after_a_seek_nothing_tells_how_many_frames_there_should_be():
    reader = open_made(Packet(0), Packet(40, show(40)), Packet(80, show(80)), END)
    reader.container.seek = lambda tick, stream: sought.append(tick)
    sought = []
    assert [tick for tick, _ in reader.pictures(Fraction(99, 1000 * 2))] == [40, 80]
    assert (reader.errors, sought) == (0, [49])  # the tick at or before it

    def refuse(tick, stream):
        raise av.FFmpegError(1, "no index")

    reader = open_made(Packet(0, show(0)), END)
    reader.container.seek = refuse
    assert list(reader.pictures(Fraction(1))) == []


@pytest.mark.parametrize("error", [MemoryError(), BlockingIOError()])
def test_a_machine_without_memory_says_nothing_against_the_file(error):
    with pytest.raises(PassingError, match=r"^a\.mp4: decoding it takes more memory than there is$"):
        list(open_made(Packet(0, error), END).pictures())


def test_where_frames_have_no_times_they_get_those_of_the_packets_in_order():
    reader = open_made(Packet(0), Packet(120, show(None)), Packet(40, show(None)), Packet(80), END, form="avi")
    assert [tick for tick, _ in reader.pictures()] == [0, 40]
    reader.want([0])
    assert reader.wanted is None  # which packet holds which frame, nothing tells


@pytest.mark.parametrize(
    ("codec", "extradata", "skips"),
    [
        ("h264", None, True),
        ("mpeg4", None, False),
        ("hevc", None, False),
        ("hevc", bytes([1, *[0] * 20, 0b00_001_000, 0]), True),
        ("hevc", bytes([1, *[0] * 20, 0b11_001_111, 0]), True),
        ("hevc", bytes([1, *[0] * 20, 0b00_010_000, 0]), False),  # two temporal layers
        ("hevc", bytes([1, *[0] * 20, 0b00_001_000]), False),  # too short
        ("hevc", bytes([0, *[0] * 20, 0b00_001_000, 0]), False),  # not of a container's form
    ],
)
def test_what_nothing_refers_to_is_known_of_h264_and_of_hevc_with_one_layer(codec, extradata, skips):
    reader = open_made(*(Packet(40 * k, show(40 * k)) for k in range(4)), END, codec=codec, extradata=extradata)
    reader.want([40, 80])
    assert [tick for tick, _ in reader.pictures()] == [0, 40, 80]
    assert reader.stream.fed == [0, 40, 80, None]  # then the decoder gives what it holds
    assert reader.stream.skipped[:3] == (["NONREF", "DEFAULT", "DEFAULT"] if skips else [None] * 3)
    assert reader.errors == 0


def test_a_packet_without_a_time_may_be_wanted():
    reader = open_made(Packet(None, show(0)), Packet(40, show(40)), Packet(80, show(80)), END)
    reader.want([40])
    assert [tick for tick, _ in reader.pictures()] == [0, 40]
    assert reader.stream.skipped[:2] == ["DEFAULT", "DEFAULT"]


def test_where_nothing_is_wanted_nothing_is_decoded():
    reader = open_made(Packet(0, show(0)), END)
    reader.want([])
    assert list(reader.pictures()) == [] and reader.stream.fed == [None]


@pytest.mark.parametrize(("size", "threads"), [((640, 360), 1), ((642, 360), 4), ((640, 362), 4), ((64, 48), 1)])
def test_small_videos_are_decoded_on_one_thread_and_others_on_four(tmp_path, size, threads):
    reader = Reader(make_video(tmp_path / "a.mp4", range(1), size=size))
    assert reader.stream.codec_context.thread_count == threads
    reader.close()


# The frames of a video, whatever decodes them


class Made(Video):
    """A video of frames at these times (seconds), each of which stays as long as it says."""

    def __init__(self, times, durations=None, step=Fraction(1, 10), keys=(0,)):
        known = zip(times, durations or [None] * len(times), strict=True)
        self.made = [Shown(Fraction(time), duration and Fraction(duration)) for time, duration in known]
        self._step, self.seekable, self.keys, self.began = step, True, keys, []

    def _from(self, start, wanted=None):
        self.began.append(start)
        late = [at for at in self.keys if start is not None and self.made[at].time <= start]
        yield from self.made[max(late, default=0) :]

    @property
    def timeline(self):
        ticks = np.array([int(frame.time * 1000) for frame in self.made])
        keys = np.isin(np.arange(len(ticks)), self.keys)
        return Timeline(ticks, np.zeros(len(ticks), int), keys, Fraction(1, 1000), 0, 0, 0)


class Shown:
    def __init__(self, time, duration):
        self.time, self.duration, self.due = time, duration, time

    def standing_for(self, instant):
        return float(self.time), float(instant)


def at_rate(video, rate, start=None, end=None):
    start, end = (None if one is None else Fraction(str(one)) for one in (start, end))
    return list(video.frames(start, end, rate))


def test_frames_between_two_times_begin_with_the_first_and_end_before_the_last():
    video = Made([0, 1, 2, 3])
    assert [frame.time for frame in video.frames(Fraction(1), Fraction(3))] == [1, 2]
    assert [frame.time for frame in video.frames(None, Fraction(1))] == [0]
    assert [frame.time for frame in video.frames(Fraction(2))] == [2, 3]


def test_of_two_frames_that_are_equally_near_the_earlier_stands_for_an_instant():
    assert at_rate(Made([0, 1, 2]), 2) == [(0, 0), (0, 0.5), (1, 1), (1, 1.5), (2, 2)]
    assert at_rate(Made([0, 1], [1, 1]), 4)[1:4] == [(0, 0.25), (0, 0.5), (1, 0.75)]


def test_the_last_frame_stands_for_instants_as_long_as_it_stays():
    assert at_rate(Made([0, 1], [1, Fraction(3, 2)]), 2) == [(0, 0), (0, 0.5), (1, 1), (1, 1.5), (1, 2)]
    assert at_rate(Made([0, 1], step=Fraction(3, 2)), 2) == at_rate(Made([0, 1], [1, Fraction(3, 2)]), 2)
    assert at_rate(Made([0], [5000]), Fraction(1, 100)) == [(0, 100.0 * k) for k in range(6)]  # no still is longer
    assert at_rate(Made([]), 2) == []


def test_instants_are_multiples_of_the_step_wherever_reading_begins():
    video = Made([Fraction(k, 10) for k in range(30)])
    whole = at_rate(video, 4)
    assert at_rate(video, 4, 0.6, 1.6) == [pair for pair in whole if 0.6 <= pair[1] < 1.6]
    assert at_rate(video, 4, 0.5, 1.5) == [pair for pair in whole if 0.5 <= pair[1] < 1.5]
    assert at_rate(video, 4, None, 1) == [pair for pair in whole if pair[1] < 1]
    late = Made([Fraction(5, 8), Fraction(6, 8)], step=Fraction(1, 8))
    assert at_rate(late, 4) == [(0.625, 0.5), (0.75, 0.75)]  # half a step before the first, and no earlier


def test_a_hole_of_more_than_ten_minutes_is_no_still():
    still, hole = Made([0, 600], [1, 1]), Made([0, 601], [1, 1])
    assert at_rate(still, Fraction(1, 100)) == [
        *((0, 100.0 * k) for k in range(4)),
        *((600, 100.0 * k) for k in (4, 5, 6)),
    ]
    assert at_rate(hole, Fraction(1, 100)) == [(0, 0.0), (601, 600.0)]
    assert at_rate(hole, 1) == [(0, 0), (601, 601)]


def windows(video, times, count):
    return [[float(frame.time) for frame in frames] for _, frames in video.windows(map(Fraction, times), count)]


def test_a_window_is_as_long_as_was_asked_for_and_lies_inside_the_video():
    times = list(range(20))
    assert windows(Made(times), [0, 1, 2, 3, 16, 18, 19, 99], 5) == [
        *([0, 1, 2, 3, 4], [0, 1, 2, 3, 4], [0, 1, 2, 3, 4], [1, 2, 3, 4, 5]),
        *([14, 15, 16, 17, 18], [15, 16, 17, 18, 19], [15, 16, 17, 18, 19], [15, 16, 17, 18, 19]),
    ]
    assert windows(Made(times), [5, 10], 4) == [[3, 4, 5, 6], [8, 9, 10, 11]]
    assert windows(Made(times[:3]), [0, 2], 5) == [[0, 1, 2]] * 2
    assert windows(Made(times[:5]), [2], 5) == [[0, 1, 2, 3, 4]]


def test_between_windows_decoding_goes_on_and_jumps_to_a_key_frame_behind_what_was_read():
    video = Made(list(range(40)), keys=(0, 10, 20))
    windows(video, [2, 6, 9, 24, 30], 3)
    assert video.began == [1, 23]  # the second one and third lie before the next key frame
    video = Made(list(range(40)), keys=(0, 10))
    windows(video, [9, 11], 3)  # reads up to the key frame itself
    assert video.began == [8]
    video = Made(list(range(40)), keys=(0, 10, 20))
    video.seekable = False
    windows(video, [2, 24], 3)
    assert video.began == [1]


class Tried:
    """A reader that lands at these times (seconds) when it is told to go somewhere."""

    def __init__(self, *times, keys=()):
        self.times, self.keys, self.errors, self.damage, self.closed = times, keys, 3, {7}, False

    def pictures(self, target=None):
        for time in self.times:
            yield time, SimpleNamespace(duration=None, key_frame=time in self.keys)

    def close(self):
        self.closed = True


@pytest.mark.parametrize(
    ("times", "keys", "found", "lost"),
    [
        ((4, 5, 6, 7), (4,), [4, 5, 6, 7], 3),
        ((4, 5, 6, 7), (5, 6), [5, 6, 7], 3),  # what comes before a key frame lacks its references
        ((5, 6), (5,), [5, 6], 3),
        ((6, 7), (6,), None, 0),  # behind the target: tried in vain, and no damage is known of it
        ((4, 6), (6,), None, 0),
        ((), (), None, 0),
    ],
)
def test_a_seek_is_good_where_a_key_frame_comes_no_later_than_the_target(times, keys, found, lost):
    reader = Tried(*times, keys=keys)
    video = Video.__new__(Video)
    video.time_base, video.shape, video._reformatter, video.interlaced = Fraction(1), None, None, False
    video._open, video._lost, video._damage, video._opened = {reader}, 0, set(), lambda: reader
    landed = video._landed(Fraction(5), Fraction(5), None)
    assert (landed and [frame.time for frame in landed]) == found
    assert video.errors == lost and video.damage == ({Fraction(7)} if lost else set()) and reader.closed


@pytest.mark.parametrize(
    ("start", "lands", "tried", "read_from"),
    [
        (None, 0, [], None),
        (1, 1, [], None),  # no later than the first frame: nothing is saved
        (100, 100, [100], 100),
        (100, 98, [100, 98], 98),
        (100, 50, [100, 98, 90, 40], 40),
        (100, 0, [100, 98, 90, 40], None),
        (8, 0, [8, 6], None),  # further back lies before the first frame
    ],
)
def test_a_seek_goes_two_ten_and_sixty_seconds_back_before_all_is_read(start, lands, tried, read_from):
    asked = []

    def land(start, target, wanted):
        asked.append(target)
        return iter([f"from {target}"]) if target <= lands else None

    video = Video.__new__(Video)
    video.start, video.seekable, video._begun, video.interlaced = Fraction(1), True, None, False
    video._landed, video._opened = land, lambda: SimpleNamespace(pictures=lambda: "all")
    video._shown = lambda reader, pictures: iter([pictures])
    found = list(video._from(start if start is None else Fraction(start)))
    assert asked == tried
    assert found == (["all"] if read_from is None else [f"from {read_from}"])
    video.seekable = False
    assert list(video._from(Fraction(100))) == ["all"] and asked == tried


def describe(width, height, aspect):
    picture = SimpleNamespace(
        **{"format": av.VideoFormat("yuv420p"), "interlaced_frame": False, "width": width, "height": height},
        **{"color_primaries": 1, "color_trc": 1, "colorspace": 1, "color_range": 1},
        side_data=type("Data", (dict,), {"__iter__": lambda self: iter(())})(),
    )
    video = Video.__new__(Video)
    video.path = "a.mp4"
    video._describe(picture, Fraction(aspect))
    return video


@pytest.mark.parametrize(
    ("aspect", "size"),
    [
        *((Fraction(1, 16), (160, 1440)), (Fraction(1, 17), (160, 90)), (16, (2560, 90)), (17, (160, 90))),
        *((1, (160, 90)), (Fraction(4, 3), (213, 90)), (0, (160, 90))),
    ],
)
def test_pixels_that_are_wider_or_higher_than_sixteen_to_one_are_a_mistake(aspect, size):
    assert describe(160, 90, aspect).size == size


def test_pictures_of_more_pixels_than_allowed_are_refused():
    assert describe(1 << 14, MAX_PIXELS >> 14, 1).depth == 8
    with pytest.raises(UserError, match=rf"have more than the {MAX_PIXELS} pixels allowed"):
        describe((1 << 14) + 1, MAX_PIXELS >> 14, 1)


def test_what_is_wanted_alone_comes_with_its_picture(tmp_path):
    path = make_video(tmp_path / "a.mp4", range(30), size=(64, 48))
    wanted = {Fraction(7, 30), Fraction(8, 30)}
    with open_video(path) as video:
        found = {frame.time: number_in(frame.rgb) for frame in video.frames(wanted=wanted)}
        assert found[Fraction(7, 30)] == 7 and found[Fraction(8, 30)] == 8
        assert len(found) < 15 and video.errors == 0
