"""Small videos for tests: each frame carries its number in its pixels, and corners that show which way is up.

The picture is a grid of 4 x 4 cells. The corners are red, green, white and blue, clockwise from the top left; the other
twelve are the bits of the frame's number, black or white. It survives any size from 16 x 16 on, and any encoder.
"""

import re
import struct
import subprocess
from collections.abc import Iterable, Sequence
from fractions import Fraction
from pathlib import Path

import av
import imageio_ffmpeg
import numpy as np

from framewright.video.colour import MATRICES, PRIMARIES, RANGES, TRANSFERS, Colour, number_of
from framewright.video.priority import keep_priority

CORNERS = {(0, 0): (220, 30, 30), (0, 3): (30, 200, 30), (3, 3): (235, 235, 235), (3, 0): (30, 30, 220)}
BITS = [(row, column) for row in range(4) for column in range(4) if (row, column) not in CORNERS]
FORMATS = {".mp4": "mp4", ".mov": "mov", ".mkv": "matroska", ".ts": "mpegts", ".avi": "avi", ".webm": "webm"}


def picture(number: int, size: tuple[int, int] = (64, 48)) -> np.ndarray:
    """(H, W, 3) uint8 RGB: the frame numbered `number`, below 4096, for a `size` of (width, height)."""
    grid = np.zeros((4, 4, 3), np.uint8)
    for cell, colour in CORNERS.items():
        grid[cell] = colour
    for bit, cell in enumerate(BITS):
        grid[cell] = 235 if number >> bit & 1 else 16
    rows, columns = np.arange(size[1]) * 4 // size[1], np.arange(size[0]) * 4 // size[0]
    return grid[rows][:, columns]


def number_in(rgb: np.ndarray) -> int:
    """The number of the frame that an upright RGB (or grey) picture shows."""
    return sum(1 << bit for bit, cell in enumerate(BITS) if _cell(rgb, cell).mean() > 125)


def is_upright(rgb: np.ndarray) -> bool:
    """Whether all four corners have their colours, in their places."""
    return all(np.abs(_cell(rgb, cell) - colour).max() < 60 for cell, colour in CORNERS.items())


def make_video(
    path: Path,
    numbers: Iterable[int] = range(30),
    *,
    size: tuple[int, int] = (64, 48),
    rate: Fraction | int = 30,
    times: Sequence[Fraction] | None = None,
    codec: str = "libx264",
    pixel_format: str = "yuv420p",
    gop: int = 10,
    b_frames: int = 2,
    rotation: int = 0,
    mirrored: bool = False,
    pixel_aspect: Fraction | int = 1,
    colour: Colour | None = None,
    options: dict[str, str] | None = None,
    audio: bool = False,
    cover: bool = False,
    second: dict | None = None,
    video: bool = True,
) -> Path:
    """Write a video in the container of the path's suffix; returns the path.

    `size` is that of the upright picture before its pixels are stretched. `times` (seconds) make the rate vary, or
    the video begin late. `second` holds the `numbers` and `size` of another video stream; `cover` adds a cover
    picture, `audio` a tone; without `video` only those are there.
    """
    with keep_priority(), av.open(str(path), "w", format=FORMATS[path.suffix]) as file:
        tracks = []
        for track in [{"numbers": numbers, "size": size}] * video + [second] * (second is not None):
            stored = [_unturned(picture(number, track["size"]), rotation, mirrored) for number in track["numbers"]]
            # key frames where `gop` says, no more; and the same bytes in every run, which macroblock trees prevent
            settings = {"sc_threshold": "0", "mbtree": "0"} if codec == "libx264" else {}
            settings |= options or {}
            stream = file.add_stream(codec, rate=rate if times is None else None, options=settings)
            context = stream.codec_context
            context.height, context.width = stored[0].shape[:2]
            context.pix_fmt, context.gop_size, context.max_b_frames = pixel_format, gop, b_frames
            context.thread_count = 1
            context.time_base = 1 / Fraction(rate) if times is None else Fraction(1, 90_000)
            stream.time_base = context.time_base
            context.sample_aspect_ratio = Fraction(pixel_aspect)
            _tag(context, colour)
            if rotation or mirrored:
                stream.set_display_matrix(_matrix(rotation, mirrored))
            tracks.append((stream, stored))
        tone = file.add_stream("aac", rate=44_100, layout="mono") if audio else None
        if cover:
            _add_cover(file)
        for stream, stored in tracks:
            for index, rgb in enumerate(stored):
                tick = index if times is None else round(times[index] / stream.codec_context.time_base)
                file.mux(stream.encode(_encodable(rgb, pixel_format, colour, tick, stream.codec_context.time_base)))
            file.mux(stream.encode(None))
        if tone is not None:
            _add_tone(file, tone, seconds=len(list(numbers)) / Fraction(rate))
    return path


def ffmpeg(*arguments: str | Path) -> None:
    """Run the bundled FFmpeg, for what PyAV cannot do."""
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-nostdin", "-v", "error", "-y", *map(str, arguments)]
    subprocess.run(command, check=True, timeout=60)


def trim(source: Path, target: Path, start: float) -> Path:
    """A copy that begins at `start` seconds without being encoded anew: an edit list hides what is before."""
    ffmpeg("-ss", start, "-i", source, "-c", "copy", target)
    return target


def claim_duration(path: Path, seconds: float) -> Path:
    """Let the header of an mkv, or those of an mp4 made here, claim another duration, in place."""
    content = bytearray(path.read_bytes())
    if path.suffix == ".mkv":
        struct.pack_into(">d", content, content.index(b"\x44\x89\x88") + 3, seconds * 1000)
    else:
        for box, offset in ((b"mvhd", 16), (b"mdhd", 16)):
            at = content.index(box) + offset
            struct.pack_into(">I", content, at + 4, round(struct.unpack_from(">I", content, at)[0] * seconds))
    path.write_bytes(content)
    return path


def claim_size(path: Path, width: int, height: int) -> Path:
    """Let the pictures of a Motion JPEG file claim another size, in place."""
    content = path.read_bytes()
    size = struct.pack(">HH", height, width)
    path.write_bytes(re.sub(rb"(\xff\xc0..\x08)....", lambda start: start[1] + size, content, flags=re.DOTALL))
    return path


def claim_dolby_vision(path: Path, profile: int) -> Path:
    """Write an MP4 of HEVC whose description says Dolby Vision of a profile, and whose pictures don't."""
    make_video(path, range(12), size=(96, 72), codec="libx265", options={"x265-params": "log-level=none"})
    data = bytearray(path.read_bytes())
    end = data.index(b"hvcC") - 4
    end += struct.unpack_from(">I", data, end)[0]
    record = bytes([1, 0, profile << 1, 1 << 3 | 1 | 4, 0]) + bytes(19)
    box = struct.pack(">I", 8 + len(record)) + b"dvcC" + record
    data[end:end] = box
    for name in (b"moov", b"trak", b"mdia", b"minf", b"stbl", b"stsd", b"hev1", b"hvc1"):
        at = data.find(name) - 4
        if at >= 0:
            struct.pack_into(">I", data, at, struct.unpack_from(">I", data, at)[0] + len(box))
    path.write_bytes(data)
    return path


def damage(path: Path, index: int) -> Path:
    """Overwrite the packet that holds frame `index` (in the order of the file) with 255, in place."""
    with av.open(str(path)) as file:
        packet = [packet for packet in file.demux(video=0) if packet.size][index]
        at, length = packet.pos, packet.size
    content = bytearray(path.read_bytes())
    content[at : at + length] = b"\xff" * length
    path.write_bytes(content)
    return path


def cut_off(path: Path, share: float) -> Path:
    """Keep only the first `share` (0..1) of the file's bytes, in place."""
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * share)])
    return path


def _cell(rgb: np.ndarray, cell: tuple[int, int]) -> np.ndarray:
    """Mean of the inner part of a cell of the grid, where neighbours do not bleed in."""
    height, width = rgb.shape[:2]
    top, left = cell[0] * height / 4, cell[1] * width / 4
    inner = rgb[round(top + height / 12) : round(top + height / 6), round(left + width / 12) : round(left + width / 6)]
    return inner.astype(float).mean(axis=(0, 1))


def _unturned(upright: np.ndarray, rotation: int, mirrored: bool) -> np.ndarray:
    """The picture to store, so that flipping and then turning it clockwise by `rotation` shows it upright."""
    stored = np.rot90(upright, rotation // 90)
    return np.ascontiguousarray(stored[:, ::-1] if mirrored else stored)


def _matrix(rotation: int, mirrored: bool) -> list[int]:
    """The display matrix (16.16 numbers) of a flip left to right and then a clockwise turn."""
    cosine = {0: 1, 90: 0, 180: -1, 270: 0}[rotation]
    sine = {0: 0, 90: 1, 180: 0, 270: -1}[rotation]
    flip = -1 if mirrored else 1
    return [flip * cosine << 16, flip * sine << 16, 0, -sine << 16, cosine << 16, 0, 0, 0, 1 << 30]


def _tag(context: av.VideoCodecContext, colour: Colour | None) -> None:
    if colour is not None:
        context.color_primaries = number_of(PRIMARIES, colour.primaries)
        context.color_trc = number_of(TRANSFERS, colour.transfer)
        context.colorspace = number_of(MATRICES, colour.matrix)
        context.color_range = number_of(RANGES, colour.range)


def _encodable(rgb: np.ndarray, pixel_format: str, colour: Colour | None, tick: int, unit: Fraction) -> av.VideoFrame:
    matrix = (colour or Colour()).scaler_matrix(rgb.shape[0])
    wanted = number_of(RANGES, colour.range) if colour else 0
    frame = av.VideoFrame.from_ndarray(rgb, "rgb24")
    if pixel_format not in ("rgb24", "bgr0", "gbrp", "rgb8"):
        frame = frame.reformat(
            format=pixel_format, src_colorspace=matrix, dst_colorspace=matrix, dst_color_range=wanted or 1
        )
    else:
        frame = frame.reformat(format=pixel_format)
    frame.pts, frame.time_base = tick, unit
    return frame


def _add_cover(file: av.container.OutputContainer) -> None:
    stream = file.add_stream("mjpeg", rate=1)
    stream.codec_context.width, stream.codec_context.height, stream.codec_context.pix_fmt = 32, 32, "yuvj420p"
    stream.disposition = av.stream.Disposition.attached_pic
    frame = av.VideoFrame.from_ndarray(picture(0, (32, 32)), "rgb24")
    frame.pts = 0
    file.mux(stream.encode(frame))
    file.mux(stream.encode(None))


def _add_tone(file: av.container.OutputContainer, stream: av.AudioStream, seconds: Fraction) -> None:
    samples = 1024
    for start in range(0, int(seconds * 44_100), samples):
        wave = np.sin((np.arange(samples) + start) * (2 * np.pi * 440 / 44_100)) * 0.1
        frame = av.AudioFrame.from_ndarray(wave.astype(np.float32)[None], "fltp", "mono")
        frame.sample_rate, frame.pts, frame.time_base = 44_100, start, Fraction(1, 44_100)
        file.mux(stream.encode(frame))
    file.mux(stream.encode(None))
