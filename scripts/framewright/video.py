"""Reading video: frames upright and with square pixels, at their exact times, one decode feeding many consumers.

    with open_video("film.mp4") as video:
        for frame in video.frames(start=Fraction(10), end=Fraction(20)):
            detect(frame.rgb), compare(frame.gray(64, 36)), frame.time

Nothing is converted before it is asked for, and nothing twice.
"""

import math
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from fractions import Fraction
from functools import cached_property
from heapq import heappop, heappush
from itertools import chain
from pathlib import Path

import av
from av.video.reformatter import VideoReformatter

from framewright.colour import Colour, colour_of
from framewright.errors import UserError
from framewright.frame import Frame, Shape, orientation
from framewright.media import MAX_PIXELS, codec_name, open_media, pick_stream
from framewright.timeline import Clock, Timeline, leave_out_others, packets, read_timeline

# Fixed, because what a decoder makes of damaged video depends on it; four is where the gain levels off.
DECODER_THREADS = 4
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
    errors: int  # packets and frames that could not be used, in everything read so far

    def __init__(self, path: Path | str) -> None:
        self.path = Path(path)
        self.errors = 0
        self._reformatter = VideoReformatter()
        self._open: set[av.container.InputContainer] = set()
        self.shape = Shape((0, 0))
        with self._opened() as (container, stream):
            self.codec, self.time_base = codec_name(stream), stream.time_base
            first = next(self._decode(container, stream), None)
            if first is None:
                raise UserError(f"{path}: none of its frames can be decoded (codec {self.codec})")
            self.start = first.time
            self.seekable = first.picture.pts is not None and not Clock(container, stream).untimed
            self._describe(first.picture, stream)
        self.errors = 0

    def _describe(self, picture: av.VideoFrame, stream: av.VideoStream) -> None:
        self.pixel_format = picture.format.name
        self.depth = max(component.bits for component in picture.format.components)
        self.colour, self.interlaced = colour_of(picture), picture.interlaced_frame
        self.side_data = {data.type.name: bytes(data) for data in picture.side_data}
        aspect = stream.sample_aspect_ratio or Fraction(1)
        aspect = aspect if Fraction(1, 16) <= aspect <= 16 else Fraction(1)
        self.shape = Shape((picture.width, picture.height), aspect, *orientation(picture))
        self.size = self.shape.displayed
        if math.prod(self.size) > MAX_PIXELS:
            raise UserError(f"{self.path}: its pictures ({self.size}) have more than the {MAX_PIXELS} pixels allowed")

    def __enter__(self) -> "Video":
        return self

    def __exit__(self, *exception: object) -> None:
        """Close the file for every reader, also those left halfway."""
        for container in tuple(self._open):
            container.close()
        self._open.clear()

    @cached_property
    def timeline(self) -> Timeline:
        """When every frame appears, and which are key frames; reads the file once, without decoding."""
        return read_timeline(self.path)

    def frames(
        self, start: Fraction | None = None, end: Fraction | None = None, rate: Fraction | None = None
    ) -> Iterator[Frame]:
        """The frames that appear at start <= time < end (seconds), in order, holding one or two in memory.

        With a `rate` (per second): for each instant k/rate in that range the frame nearest to it, with the instant
        as its `due`. The instants are the same wherever reading starts; a frame may stand for several.
        """
        if rate is not None:
            yield from self._at_rate(start, end, Fraction(rate))
            return
        for frame in self._from(start):
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

    def _from(self, start: Fraction | None) -> Iterator[Frame]:
        """Frames from a key frame at or before `start`: by a seek where that saves work, else from the first."""
        for back in SEEK_BACK if start is not None and self.seekable else ():
            if start - back <= self.start:
                break
            errors = self.errors
            landed = self._landed(start, start - back)
            if landed is not None:
                yield from landed
                return
            self.errors = errors
        yield from self._read(None)

    def _landed(self, start: Fraction, target: Fraction) -> Iterator[Frame] | None:
        """Frames from the key frame that a seek to `target` finds; None when that appears after `start`.

        What comes before the first key frame was decoded without its references, and is dropped.
        """
        reading = self._read(target)
        for frame in reading:
            if frame.time > start:
                break
            if frame.key:
                return chain((frame,), reading)
        reading.close()
        return None

    def _read(self, target: Fraction | None) -> Iterator[Frame]:
        with self._opened() as (container, stream):
            if target is not None:
                try:
                    container.seek(math.floor(target / stream.time_base), stream=stream)
                except av.FFmpegError:
                    return
            yield from self._decode(container, stream, whole=target is None)

    @contextmanager
    def _opened(self) -> Iterator[tuple[av.container.InputContainer, av.VideoStream]]:
        """The file, open for one reader: readers do not share a position, so several may run side by side."""
        with open_media(self.path) as container:
            self._open.add(container)
            try:
                stream, self.why = pick_stream(container, self.path)
                self.stream = stream.index
                leave_out_others(container, stream)
                stream.thread_type, stream.codec_context.thread_count = "AUTO", DECODER_THREADS
                stream.codec_context.options = {"max_pixels": str(MAX_PIXELS)}
                rate = stream.average_rate or stream.guessed_rate
                self._step = 1 / rate if rate else Fraction(1, 25)
                yield container, stream
            finally:
                self._open.discard(container)

    def _decode(
        self, container: av.container.InputContainer, stream: av.VideoStream, whole: bool = True
    ) -> Iterator[Frame]:
        """Frames from where the container stands (`whole`: its beginning); what cannot be decoded is counted."""
        unit, clock = stream.time_base, Clock(container, stream)
        waiting: list[int] = []  # times of packets that went in, where the file does not tie them to frames
        previous, sent, shown = None, 0, 0
        for packet in packets(container, stream):
            pictures = self._pictures(stream, packet)
            if pictures is None:
                continue
            if packet.size and not packet.is_discard:
                sent += 1
                if clock.untimed:
                    heappush(waiting, clock.tick(packet))
            shown += len(pictures)
            for picture in pictures:
                tick = heappop(waiting) if waiting else clock.tick(picture)
                if previous is not None and tick <= previous:
                    self.errors += 1  # time runs backwards: a broken copy of something already shown
                    continue
                time, duration, previous = tick * unit, (picture.duration or 0) * unit or None, tick
                yield Frame(time, duration, picture.key_frame, time, picture, self.shape, self._reformatter)
        # Decoders drop frames without a word, too. Half of all: no loss, every packet is one of a frame's two fields.
        if whole and sent < 2 * shown:
            self.errors += max(0, sent - shown)

    def _pictures(self, stream: av.VideoStream, packet: av.Packet | None) -> list[av.VideoFrame] | None:
        try:
            if packet is not None:
                return stream.decode(packet)
        except MemoryError:
            raise
        except BlockingIOError as error:
            raise MemoryError("no room for the decoder's threads") from error
        except av.FFmpegError:
            pass
        self.errors += 1
        return None


def open_video(path: Path | str) -> Video:
    """The video in `path`, ready to be read; a context manager that closes the file for all its readers.

    UserError, in one line that says why, when the file is no media file, holds no video, or none of its frames
    can be decoded. A file can never make this open another file or address.
    """
    return Video(path)
