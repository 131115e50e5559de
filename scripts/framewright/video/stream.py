"""Reading video: frames upright and with square pixels, at their exact times, one decode feeding many consumers.

    with open_video("film.mp4") as video:
        for frame in video.frames(start=Fraction(10), end=Fraction(20)):
            detect(frame.rgb), compare(frame.gray(64, 36)), frame.time

Nothing is converted before it is asked for, and nothing twice.
"""

import math
from collections import deque
from collections.abc import Collection, Generator, Iterable, Iterator
from fractions import Fraction
from functools import cached_property
from itertools import chain
from pathlib import Path

import av
from av.video.reformatter import VideoReformatter

from framewright.errors import UserError
from framewright.video.colour import Colour, colour_of
from framewright.video.frame import Frame, Shape, read_orientation
from framewright.video.media import MAX_PIXELS, codec_name
from framewright.video.reader import Reader
from framewright.video.timeline import Timeline, read_timeline

# Seconds further back to try when a seek lands behind its target, before reading from the beginning.
SEEK_BACK = (0, 2, 10, 60)
# Between two frames further apart than this (seconds) lies a hole in the video, not a long still.
LONGEST_STILL = 600


class Video:
    """A video file and what is known of the stream that is read; made by `open_video`."""

    path: Path
    stream: int  # index of the stream in the file
    why: str  # in a few words, why this stream
    codec: str  # "h264"
    pixel_format: str  # "yuv420p10le"
    depth: int  # bits per sample
    shape: Shape  # stored size, pixel aspect, rotation, mirroring
    size: tuple[int, int]  # (width, height) as displayed, upright, square pixels: `rgb` is (height, width, 3)
    colour: Colour
    interlaced: bool
    time_base: Fraction  # seconds per tick of the file's clock
    seekable: bool  # whether reading can begin in the middle
    start: Fraction  # when the first frame that can be decoded appears, in seconds
    side_data: dict[str, bytes]  # what came with the first picture, under FFmpeg's names

    def __init__(self, path: Path | str) -> None:
        self.path = Path(path)
        reader = Reader(path)
        self._open, self._lost = {reader}, 0
        self._damage: set[Fraction] = set()
        stream = reader.stream
        self.stream, self.why = stream.index, reader.why
        self.codec, self.time_base = codec_name(stream), stream.time_base
        self._step = reader.clock.step * stream.time_base
        pictures = reader.pictures()
        first = next(pictures, None)
        if first is None:
            raise UserError(f"{path}: none of its frames can be decoded (codec {self.codec})")
        tick, picture = first
        self.start = tick * stream.time_base
        self.seekable = picture.pts is not None and not reader.clock.untimed
        self._describe(picture, stream.sample_aspect_ratio or Fraction(1))
        self._reformatter = VideoReformatter()
        self._begun: tuple[Reader, Iterator[tuple[int, av.VideoFrame]]] | None
        self._begun = reader, chain((first,), pictures)  # the first to read from the beginning goes on from here

    def _describe(self, picture: av.VideoFrame, aspect: Fraction) -> None:
        self.pixel_format = picture.format.name
        self.depth = max(component.bits for component in picture.format.components)
        self.colour, self.interlaced = colour_of(picture), picture.interlaced_frame
        self.side_data = {data.type.name: bytes(data) for data in picture.side_data}
        aspect = aspect if Fraction(1, 16) <= aspect <= 16 else Fraction(1)
        self.shape = Shape((picture.width, picture.height), aspect, *read_orientation(picture))
        self.size = self.shape.displayed
        if math.prod(self.size) > MAX_PIXELS:
            raise UserError(f"{self.path}: its pictures ({self.size}) have more than the {MAX_PIXELS} pixels allowed")

    def __enter__(self) -> "Video":
        return self

    def __exit__(self, *exception: object) -> None:
        """Close the file for every reader, also those left halfway."""
        for reader in tuple(self._open):
            self._close(reader)

    @property
    def errors(self) -> int:
        """How many packets and frames could not be used, in everything read so far."""
        return self._lost + sum(reader.errors for reader in self._open)

    @property
    def damage(self) -> set[Fraction]:
        """About when packets and frames appear that were damaged, in seconds, in everything read so far.

        What is decoded after them shows the damage, up to the next key frame, and no decoder says so.
        """
        return self._damage.union(*({tick * self.time_base for tick in reader.damage} for reader in self._open))

    @cached_property
    def timeline(self) -> Timeline:
        """When every frame appears, and which are key frames; reads the file once, without decoding."""
        return read_timeline(self.path)

    def frames(
        self,
        start: Fraction | None = None,
        end: Fraction | None = None,
        rate: Fraction | None = None,
        wanted: Collection[Fraction] | None = None,
    ) -> Iterator[Frame]:
        """The frames that appear at start <= time < end (seconds), in order, holding one or two in memory.

        Of frames at other times than those `wanted` many may be missing, and all after the last of them: what nothing
        refers to is not decoded.

        With a `rate` (per second): for each instant k/rate in that range the frame nearest to it, with the instant
        as its `due`. The instants are the same wherever reading starts; a frame may stand for several.
        """
        if rate is not None:
            yield from self._at_rate(start, end, Fraction(rate))
            return
        for frame in self._from(start, wanted):
            if end is not None and frame.time >= end:
                return
            if start is None or frame.time >= start:
                yield frame

    def windows(self, times: Iterable[Fraction], count: int) -> Iterator[tuple[Fraction, list[Frame]]]:
        """For each of `times` (seconds, ascending) the `count` neighbouring frames around the nearest one.

        A window that would reach beyond the video is moved inside; it is shorter only if the video is, or a frame is
        damaged. Decoding goes on from one window to the next, and jumps where a key frame lies between.
        """
        line = self.timeline
        seen: deque[Frame] = deque(maxlen=count)
        frames: Iterator[Frame] = iter(())
        reached = -1
        for time in times:
            first = max(0, min(line.nearest(time) - count // 2, len(line) - count))
            last = min(first + count, len(line)) - 1
            if reached < 0 or (self.seekable and line.key_before(first) > reached):
                frames = self._from(line.time(first))
            while not (seen and seen[-1].time >= line.time(last)):
                frame = next(frames, None)
                if frame is None:
                    break
                seen.append(frame)
            reached = last
            yield time, [frame for frame in seen if line.time(first) <= frame.time <= line.time(last)]

    def _at_rate(self, start: Fraction | None, end: Fraction | None, rate: Fraction) -> Iterator[Frame]:
        earlier, k = None, 0
        last = math.inf if end is None else end
        for frame in self._from(start):
            opening = math.ceil((frame.time - 1 / (2 * rate)) * rate)
            if earlier is None:
                k = opening if start is None else max(opening, math.ceil(start * rate))
            else:
                hole = frame.time - earlier.time > LONGEST_STILL
                until = min(self._gone(earlier) if hole else frame.time, last)
                while k / rate < until:
                    near = earlier if k / rate - earlier.time <= frame.time - k / rate else frame
                    yield near.standing_for(k / rate)
                    k += 1
                k = max(k, opening) if hole else k
            if k / rate >= last:
                return
            earlier = frame
        while earlier is not None and k / rate < min(self._gone(earlier), last):
            yield earlier.standing_for(k / rate)
            k += 1

    def _gone(self, frame: Frame) -> Fraction:
        """When a frame disappears that no other follows."""
        return frame.time + min(frame.duration or self._step, LONGEST_STILL)

    def _from(self, start: Fraction | None, wanted: Collection[Fraction] | None = None) -> Iterator[Frame]:
        """Frames from a key frame at or before `start`: by a seek where that saves work, else from the first."""
        for back in SEEK_BACK if self.seekable else ():
            if start is None or start - back <= self.start:
                break
            landed = self._landed(start, start - back, wanted)
            if landed is not None:
                yield from landed
                return
        begun, self._begun = self._begun, None
        reader = begun[0] if begun else self._opened()
        self._want(reader, wanted)
        yield from self._shown(reader, begun[1] if begun else reader.pictures())

    def _want(self, reader: Reader, wanted: Collection[Fraction] | None) -> None:
        if wanted is not None and not self.interlaced:  # a field may come in a separate packet
            reader.want({round(time / self.time_base) for time in wanted})

    def _landed(self, start: Fraction, target: Fraction, wanted: Collection[Fraction] | None) -> Iterator[Frame] | None:
        """Frames from the key frame that a seek to `target` finds; None when that appears after `start`.

        What comes before the first key frame was decoded without its references, and is dropped.
        """
        before = self._lost, set(self._damage)
        reader = self._opened()
        self._want(reader, wanted)
        frames = self._shown(reader, reader.pictures(target))
        for frame in frames:
            if frame.time > start:
                break
            if frame.key:
                return chain((frame,), frames)
        frames.close()
        self._lost, self._damage = before  # what is lost here is met again by who reads from further back
        return None

    def _shown(self, reader: Reader, pictures: Iterator[tuple[int, av.VideoFrame]]) -> Generator[Frame, None, None]:
        try:
            for tick, picture in pictures:
                time, duration = tick * self.time_base, (picture.duration or 0) * self.time_base or None
                yield Frame(time, duration, picture.key_frame, time, picture, self.shape, self._reformatter)
        finally:
            self._close(reader)

    def _opened(self) -> Reader:
        reader = Reader(self.path)
        self._open.add(reader)
        return reader

    def _close(self, reader: Reader) -> None:
        if reader in self._open:
            self._open.remove(reader)
            self._lost += reader.errors
            self._damage |= {tick * self.time_base for tick in reader.damage}
            reader.close()


def open_video(path: Path | str) -> Video:
    """The video in `path`, ready to be read; a context manager that closes the file for all its readers.

    UserError, in one line that says why, when the file is no media file, holds no video, or none of its frames
    can be decoded. A file can never make this open another file or address.

    >>> with open_video("walk.mp4") as video:
    ...     frame = next(video.frames())
    >>> frame.time, frame.rgb.shape
    (Fraction(0, 1), (64, 96, 3))
    """
    return Video(path)
