"""When each frame of a video is shown, read from its packets without decoding."""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from av.stream import Discard

from framewright.video.media import open_media, pick_stream

# Containers that keep frames in the order they are decoded, without saying when each is shown: they are counted.
UNTIMED = {"avi", "h264", "hevc", "m4v", "mpegvideo", "vc1"}
MAX_FAILURES = 16  # a demuxer that fails so often in a row makes no progress any more


@dataclass(frozen=True, eq=False)
class Timeline:
    """The frames of a video in the order they are shown; lengths of the arrays are the frame count.

    Frames that an edit list hides are not in it. `ticks` and `spans` count units of `unit` seconds.
    """

    ticks: np.ndarray  # (n,) int64, ascending: when each frame appears
    spans: np.ndarray  # (n,) int64: how long the file says it stays, 0 where it does not say
    keys: np.ndarray  # (n,) bool: decoding can begin here, or at a key frame before the first that is hidden
    unit: Fraction
    hidden: int  # frames in the file that an edit list hides
    guessed: int  # frames without a time, placed after the one before by the file's rate
    failures: int  # places where the file could not be read

    def __len__(self) -> int:
        return len(self.ticks)

    def time(self, index: int) -> Fraction:
        """When frame `index` appears, in seconds."""
        return int(self.ticks[index]) * self.unit

    @property
    def start(self) -> Fraction:
        """When the first frame appears, in seconds."""
        return self.time(0)

    @property
    def end(self) -> Fraction:
        """When the last frame disappears, in seconds: by its duration, else by the usual step between frames."""
        steps = np.diff(self.ticks)
        span = int(self.spans[-1]) or (int(np.median(steps)) if len(steps) else 0)
        return self.time(-1) + span * self.unit

    @property
    def key_times(self) -> list[Fraction]:
        """When the key frames appear, in seconds."""
        return [int(tick) * self.unit for tick in self.ticks[self.keys]]

    def nearest(self, time: Fraction) -> int:
        """Index of the frame that appears nearest to `time` (seconds); the earlier of two equally near."""
        right = int(np.searchsorted(self.ticks, float(time / self.unit)))
        choices = [index for index in (right - 1, right, right + 1) if 0 <= index < len(self)]
        return min(choices, key=lambda index: abs(self.time(index) - time))

    def key_before(self, index: int) -> int:
        """Index of the last key frame at or before frame `index` (0 when none is known)."""
        found = np.flatnonzero(self.keys[: index + 1])
        return int(found[-1]) if len(found) else 0

    def rate(self, claimed: Fraction | None = None) -> tuple[Fraction, bool]:
        """Average frames per second, and whether the rate varies.

        Times are stored in whole ticks, so a steady 30000/1001 may look like 33, 34, 33 ms. The rate is steady when
        every frame lies within a tick of an even grid; then the simplest such rate is given, `claimed` before others.
        What appears at one instant alone has the rate that its duration says.
        """
        steps = len(self) - 1
        span = int(self.ticks[-1] - self.ticks[0]) if steps > 0 else 0
        if span == 0:
            return (1 / (self.end - self.start) if self.end > self.start else claimed or Fraction(0)), False
        exact = Fraction(steps, span) / self.unit
        grid = self.ticks[0] + np.arange(len(self)) * (span / steps)
        coarse = span < 4 * steps  # too few ticks per frame to tell rounding from a varying rate
        if np.abs(self.ticks - grid).max() > (1e-6 if coarse else 1.0):
            return exact, True
        simple = [claimed] if claimed else []
        simple += [Fraction(round(exact)), Fraction(round(exact * 1001 / 1000) * 1000, 1001)]
        simple += [exact.limit_denominator(limit) for limit in (10, 100, 1001)]
        steady = [rate for rate in simple if rate > 0 and abs(steps / rate / self.unit - span) <= 1]
        return (steady[0] if steady else exact), False


def read_timeline(path: Path | str) -> Timeline:
    """Read all packets of the video stream (no decoding): the true frame count, times and key frames."""
    with open_media(path) as container:
        stream, _ = pick_stream(container, path)
        leave_out_others(container, stream)
        clock = Clock(container, stream)
        codec = stream.codec_context.name
        frames: list[tuple[int, ...]] = []
        hidden, failures, entered = 0, 0, False
        for packet in read_packets(container, stream):
            if packet is None:
                failures += 1
            elif packet.is_discard:
                hidden += 1
                entered |= packet.is_keyframe and not frames
            elif packet.size and is_shown(packet, codec):
                frames.append((clock.tick(packet), packet.duration or 0, packet.is_keyframe))
        table = np.array(sorted(frames), dtype=np.int64).reshape(-1, 3)
        keys = table[:, 2] == 1
        keys[:1] |= entered
        return Timeline(table[:, 0], table[:, 1], keys, stream.time_base, hidden, clock.guessed, failures)


def is_shown(packet: av.Packet, codec: str) -> bool:
    """Whether a packet holds a frame that is shown. VP8 and VP9 may keep some in separate packets that are not.

    Their first bits say so; several frames in one packet of VP9, which its last byte tells, end with one that is.
    """
    content = memoryview(packet)
    if codec.endswith("vp9") and len(content) > 1 and content[0] >> 6 == 2:
        if content[-1] & 0b11100000 == 0b11000000:
            return True
        bits = content[0] << 8 | content[1]
        place = 10 if bits >> 12 & 3 == 3 else 11  # behind marker and profile, and a spare bit of profile 3
        return bool(bits >> place & 1 or bits >> place - 2 & 1)  # an earlier frame is shown, or this one is
    if codec.endswith("vp8") and len(content):
        return bool(content[0] >> 4 & 1)
    return True


class Clock:
    """When the frames of a stream are shown, in ticks of its time base, where the file leaves that open."""

    def __init__(self, container: av.container.InputContainer, stream: av.VideoStream) -> None:
        rate = stream.average_rate or stream.guessed_rate or Fraction(25)
        self.step = max(1, round(1 / (rate * stream.time_base)))
        self.untimed = container.format.name in UNTIMED
        self.guessed = 0
        self._following = stream.start_time or 0

    def tick(self, timed: av.Packet | av.VideoFrame) -> int:
        """The presentation time of a packet or frame; without one, right after what came before.

        Of an untimed stream, the time of some frame: sorted, these are the times of all frames.
        """
        tick = timed.dts if self.untimed else timed.pts
        if self.untimed or tick is None:
            self.guessed += 1
        tick = self._following if tick is None else tick
        self._following = tick + (timed.duration or self.step)
        return tick


def leave_out_others(container: av.container.InputContainer, stream: av.VideoStream) -> None:
    """Tell the demuxer to skip all other streams: less reading, and seeks look at this one alone."""
    for other in container.streams:
        if other.index != stream.index:
            other.discard = Discard.all


def read_packets(container: av.container.InputContainer, stream: av.VideoStream) -> Iterator[av.Packet | None]:
    """Packets in file order, then an empty one that flushes the decoder; None where the file could not be read."""
    failures = 0
    while failures < MAX_FAILURES:
        try:
            for packet in container.demux(stream):
                failures = 0
                yield packet
            return
        except av.FFmpegError:
            failures += 1
            yield None
