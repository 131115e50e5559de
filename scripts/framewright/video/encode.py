"""Writing video so that the same pictures give the same bytes, on any machine and any number of cores."""

import io
from array import array
from collections.abc import Iterable, Iterator
from contextlib import nullcontext
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
from av.codec.context import Flags as CodecFlags
from av.container import Flags as ContainerFlags
from av.video.frame import PictureType
from av.video.reformatter import Interpolation, VideoReformatter

from framewright.errors import UserError
from framewright.video.colour import MATRICES, PRIMARIES, RANGES, TRANSFERS, Colour, number_of
from framewright.video.frame import SCALER_WHITE
from framewright.video.media import open_media
from framewright.video.priority import keep_priority

BT709 = Colour("bt709", "bt709", "bt709", "tv")
TICKS = 90_000  # per second, for frames with times: every usual rate is exact in it, or nearly
AVX2 = 11  # cv::CpuFeatures, which cv2 does not name in Python
# What keeps an encoder's bytes from depending on the machine. x264's AVX-512 code for macroblock trees reads memory
# that nobody wrote, so that every run gives other bytes; all its other code agrees. The other two encoders choose
# their number of threads themselves unless told.
STEADY = {
    "libx264": ("x264-params", "asm=AVX2" if cv2.checkHardwareSupport(AVX2) else ""),
    "libx265": ("x265-params", "log-level=error:frame-threads=1:pools={}"),
    "libsvtav1": ("svtav1-params", "lp={}"),
}


class Writer:
    """Writes one video file; a context manager, complete when it is left without an error.

    with Writer(path, (640, 360), rate=Fraction(30000, 1001)) as writer:
        for picture in pictures:
            writer.add(picture)

    `size` is (width, height). With subsampled chroma an odd side grows by one, repeating the last column or row;
    `writer.size` is what is written. Without a `rate` every frame is given its time, in whole ticks of `tick` seconds.

    Bytes depend on the encoder's thread count, so it is fixed: raise `threads` for large pictures only, and always
    to the same number. `gop` is the distance of key frames (None: the encoder's choice), `b_frames` how many frames
    in a row may refer to later ones. That it is to be `mirrored` (left to right) and then turned by `rotation` (degrees
    clockwise) is only noted in the file, for players to apply.

    `audio` (source, start, end) copies the sound of another file between two of its times (seconds; None: to its
    end) without encoding it anew; the sound at `start` comes with the frame at time 0. With None as `start` all of it
    is copied, at the times that it has. No sound there, none here; see `container_for_sound`.
    """

    def __init__(
        self,
        path: Path | str,
        size: tuple[int, int],
        rate: Fraction | int | None = None,
        *,
        container: str = "mp4",
        codec: str = "libx264",
        crf: float | None = 18,
        preset: str | None = "medium",
        gop: int | None = None,
        b_frames: int | None = None,
        pixel_format: str = "yuv420p",
        colour: Colour = BT709,
        rotation: int = 0,
        mirrored: bool = False,
        pixel_aspect: Fraction = Fraction(1),
        tick: Fraction = Fraction(1, TICKS),
        threads: int = 1,
        options: dict[str, str] | None = None,
        audio: tuple[Path | str, Fraction | None, Fraction | None] | None = None,
    ) -> None:
        self.path, self.colour, self.pixel_format = Path(path), colour, pixel_format
        self.frames = 0
        self.sizes = array("q")  # bytes of each picture written so far, in coding order
        self._given = size
        self.size = _whole_chroma(size, av.VideoFormat(pixel_format))
        self._unit = tick if rate is None else 1 / Fraction(rate)
        self._rate, self._reformatter = rate, VideoReformatter()
        self._last: int | None = None
        settings = {"crf": crf, "preset": preset, "bf": b_frames, "g": gop}
        chosen = {name: str(value) for name, value in settings.items() if value is not None} | (options or {})
        if codec in STEADY:
            name, fixed = STEADY[codec]
            chosen[name] = ":".join(filter(None, (fixed.format(threads), chosen.get(name))))
        muxing = {"movflags": "+faststart"} if container in ("mp4", "mov") else {}
        if muxing and rate is None:  # else a film that begins late is off by up to a millisecond
            muxing["movie_timescale"] = str(tick.denominator)
        try:
            self._file = av.open(str(path), "w", format=container, container_options=muxing)
            self._file.flags |= ContainerFlags.bitexact.value
            self._stream = self._file.add_stream(codec, rate=rate, options=chosen)
        except (av.FFmpegError, ValueError, LookupError) as error:
            raise UserError(f"{path}: cannot write {codec} into {container} ({error})") from error
        self._configure(threads, pixel_aspect)
        if rotation or mirrored:
            self._stream.set_display_matrix(_display_matrix(rotation, mirrored))
        self._sound = _Sound(self._file, *audio) if audio else None

    def _configure(self, threads: int, pixel_aspect: Fraction) -> None:
        context = self._stream.codec_context
        context.width, context.height = self.size
        context.pix_fmt, context.time_base = self.pixel_format, self._unit
        context.thread_count = threads
        context.flags |= CodecFlags.bitexact.value
        context.sample_aspect_ratio = pixel_aspect
        context.color_primaries = number_of(PRIMARIES, self.colour.primaries)
        context.color_trc = number_of(TRANSFERS, self.colour.transfer)
        context.colorspace = number_of(MATRICES, self.colour.matrix)
        context.color_range = number_of(RANGES, self.colour.range)
        self._stream.time_base = self._unit

    def add(self, picture: np.ndarray, time: Fraction | None = None) -> None:
        """Add a (H, W, 3) RGB picture, uint8 or uint16 (0..65535), converted with the matrix of the colour tags.

        `time` (seconds) is for a writer without a rate; times must ascend and are kept to its tick, 1/90000 s.
        """
        picture = self._padded(picture)
        if picture.dtype == np.uint16:
            picture = cv2.addWeighted(picture, SCALER_WHITE / 65535, picture, 0, 0)
        frame = av.VideoFrame.from_ndarray(picture, "rgb24" if picture.dtype == np.uint8 else "rgb48le")
        matrix = self.colour.scaler_matrix(self.size[1])
        frame = self._reformatter.reformat(
            frame,
            format=self.pixel_format,
            src_colorspace=matrix,
            dst_colorspace=matrix,
            dst_color_range=number_of(RANGES, self.colour.range) or number_of(RANGES, "tv"),
            interpolation=Interpolation.AREA | Interpolation.ACCURATE_RND | Interpolation.BITEXACT,
            threads=1,
        )
        self._encode(frame, time)

    def add_planes(self, planes: tuple[np.ndarray, ...], time: Fraction | None = None, key: bool = False) -> None:
        """Add (Y, U, V) code values as they are to be stored: uint8, or uint16 for deeper pixel formats.

        A `key` frame is one from which decoding can begin (of libx264 with the option `forced-idr`).
        """
        frame = av.VideoFrame(*self.size, self.pixel_format)
        for plane, values in zip(frame.planes, planes, strict=True):
            lines = np.frombuffer(plane, np.uint8).reshape(-1, plane.line_size).view(values.dtype)
            lines[: plane.height, : plane.width] = values
        if key:
            frame.pict_type = PictureType.I
        self._encode(frame, time)

    def __enter__(self) -> "Writer":
        return self

    def __exit__(self, kind: type[BaseException] | None, *exception: object) -> None:
        try:
            if kind is None:
                self._finish()
        finally:
            self._file.close()

    def _finish(self) -> None:
        if self.frames == 0:
            raise UserError(f"{self.path}: there is no frame to write")
        self._write(self._stream.encode(None))
        if self._sound:
            self._sound.copy_until(None)

    def _write(self, packets: list[av.Packet]) -> None:
        self.sizes.extend(packet.size for packet in packets)
        self._file.mux(packets)

    def _encode(self, frame: av.VideoFrame, time: Fraction | None) -> None:
        if (time is None) == (self._rate is None):
            raise ValueError("give either a rate to the writer or a time to every frame")
        tick = self.frames if time is None else round(time / self._unit)
        if self._last is not None and tick <= self._last:
            raise ValueError(f"frame {self.frames} at {time} s is not after the one before")
        frame.pts, frame.time_base, self._last = tick, self._unit, tick
        try:
            with keep_priority() if self.frames == 0 else nullcontext():  # an encoder is opened at its first frame
                packets = self._stream.encode(frame)
            self._write(packets)
            if self._sound:
                self._sound.copy_until(tick * self._unit)
        except OSError:  # a full disk, which is nothing that the encoder could help
            raise
        except (av.FFmpegError, ValueError) as error:
            raise UserError(f"{self.path}: the encoder refuses these settings or pictures ({error})") from error
        self.frames += 1

    def _padded(self, picture: np.ndarray) -> np.ndarray:
        height, width = picture.shape[:2]
        if (width, height) != tuple(self._given):
            raise ValueError(f"a picture of {width}x{height} for a video of {self._given[0]}x{self._given[1]}")
        if self.size != (width, height):
            right, below = self.size[0] - width, self.size[1] - height
            picture = cv2.copyMakeBorder(picture, 0, below, 0, right, cv2.BORDER_REPLICATE)
        return np.ascontiguousarray(picture)


class _Sound:
    """Copies the packets of another file's sound, as far as the pictures have come: little is ever held."""

    def __init__(
        self, target: av.container.OutputContainer, source: Path | str, start: Fraction | None, end: Fraction | None
    ) -> None:
        self._target = target
        self._next: av.Packet | None = None
        self._source = open_media(source)
        streams = self._source.streams.audio
        self._packets = iter(())
        if streams:
            self._stream = target.add_stream_from_template(streams[0])
            self._packets = self._between(streams[0], start, end)
            self._next = next(self._packets, None)

    def copy_until(self, time: Fraction | None) -> None:
        """Write the packets up to `time` (seconds of the written file; None: all)."""
        while self._next is not None and (time is None or self._next.pts * self._next.time_base <= time):
            self._next.stream = self._stream
            self._target.mux(self._next)
            self._next = next(self._packets, None)
        if time is None:
            self._source.close()

    def _between(self, stream: av.AudioStream, start: Fraction | None, end: Fraction | None) -> Iterator[av.Packet]:
        first = 0 if start is None else round(start / stream.time_base)
        for packet in self._source.demux(stream):
            if packet.pts is None or (start is not None and packet.pts < first):
                continue
            if end is not None and packet.pts * stream.time_base >= end:
                return
            packet.pts, packet.dts = packet.pts - first, packet.pts - first
            yield packet


def container_for_sound(path: Path | str, containers: Iterable[str] = ("mp4", "mov")) -> str | None:
    """The first of the containers into which the sound of a file can be copied; None when none takes it, or there is
    no sound."""
    with open_media(path) as file:
        streams = [stream for stream in file.streams.audio if stream.codec_context is not None]
        if not streams or streams[0] is not file.streams.audio[0]:
            return None
        codec = streams[0].codec_context.codec.canonical_name
    for container in containers:
        with av.open(io.BytesIO(), "w", format=container) as file:
            if codec in file.supported_codecs:
                return container
    return None


def _display_matrix(rotation: int, mirrored: bool) -> list[int]:
    """What a flip left to right and then a clockwise turn are in a file (16.16 fixed-point numbers)."""
    cosine, sine = {0: (1, 0), 90: (0, 1), 180: (-1, 0), 270: (0, -1)}[rotation]
    flip = -1 if mirrored else 1
    return [number << 16 for number in (flip * cosine, flip * sine, 0, -sine, cosine, 0, 0, 0)] + [1 << 30]


def _whole_chroma(size: tuple[int, int], layout: av.VideoFormat) -> tuple[int, int]:
    """The size grown until every chroma sample covers whole pixels."""
    across, down = 64 // layout.chroma_width(64), 64 // layout.chroma_height(64)
    return -(-size[0] // across) * across, -(-size[1] // down) * down
