"""The pass that takes the faces out of a video: look, link, cover; everything else of the video stays."""

import math
import os
from collections.abc import Iterable
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import chain
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from framewright.study.progress import Progress, report_nothing
from framewright.tracks.privacy.cover import cover, draw_ellipses
from framewright.tracks.privacy.face_tracks import FaceTrack, link_faces, list_covers
from framewright.tracks.privacy.link import link_file as link_to
from framewright.tracks.privacy.search import FrameSearch, scan_frames
from framewright.tracks.privacy.source_rate import SourceRate, measure_rate
from framewright.video.colour import Colour
from framewright.video.encode import Writer, container_for_sound
from framewright.video.frame import Frame
from framewright.video.media import open_media
from framewright.video.stream import Video, open_video

SUBSAMPLED = {(2, 2): "420", (2, 1): "422", (1, 1): "444"}  # chroma pixels across and down, as FFmpeg names them
DEPTHS = (8, 10, 12)  # bits that the encoders know
MOST_TICKS = 1_000_000  # a second: with more, an hour does not fit into the fields of an mp4
GOP, LONGEST_GOP = 48, 250  # frames between two key frames, which later steps jump to: as in the source, within these
LARGER, MOST, LEAST = 1.2, 1.5, 0.6  # times the source's bytes: aimed at; at the most; at the least, for its quality
FURTHEST = 8.0  # from the asked quality that samples may suggest
SHORT = 150  # frames: fewer are written at once, and again where they are too large
SAMPLES, SAMPLE, SAMPLED_AT = (0.1, 0.5, 0.9), 16, 23.0  # of a longer one: where, of how many frames, at which quality
HALVES, WORST = 6.0, 51.0  # by how much a rate factor grows that halves the bytes, and the largest one
TRIES = 4  # times that a video is written until it is small enough


@dataclass(frozen=True, eq=False)
class PlaneLayout:
    """How planes are written: FFmpeg's `pixel_format`, the encoder that takes it, and its bits per sample."""

    pixel_format: str
    codec: str
    depth: int


def deface_video(
    source: Path | str,
    target: Path,
    searches: Iterable[FrameSearch],
    *,
    every: int,
    sure: float,
    method: str,
    crf: int,
    frames: int | None = None,
    progress: Progress = report_nothing,
) -> tuple[dict[str, Any], list[FaceTrack], np.ndarray]:
    """Write `source` to `target` with all that the searches find covered, or link it where they find nothing.

    Gives the record's figures, what was found, linked over time, and the times (n,) of all frames in seconds. `frames`
    is how many there will be, if that is known.
    """
    with open_video(source) as video:
        seen = scan_frames(progress(video.frames(), frames, "frames searched"), searches, every)
    found = link_faces(seen.sightings, seen.times, sure)
    figures = {"frames": len(seen.times), "looked_at": len(seen.sightings.frames), "chains": len(found)}
    if found:
        figures |= write_covered(source, target, found, seen.times, method, crf, progress)
    else:
        link_to(source, target)
    return figures, found, seen.times


def write_covered(
    source: Path | str,
    target: Path,
    chains: list[FaceTrack],
    times: np.ndarray,
    method: str,
    crf: int,
    progress: Progress = report_nothing,
) -> dict[str, Any]:
    """Write `source` to `target` with what is followed covered: the same frames, times, sound, and tags.

    The pictures take about as many bytes as the source's and never much more, unless a `crf` needs fewer.
    """
    rate = measure_rate(source)
    gop = round(min(max(rate.gop, GOP), LONGEST_GOP))
    best, worst = float(crf), WORST
    quality = best if len(times) < SHORT else min(_estimate_quality(source, times, rate, gop), best + FURTHEST)
    for left in range(TRIES, 0, -1):
        quality = min(max(quality, best), worst)
        covers = progress(list_covers(chains, times), len(times), "frames written")
        figures, size = _write(source, target, covers, method, quality, gop)
        share = size / max(1, rate.bytes)
        too_large, too_poor = share > MOST, share < LEAST and quality > best and left > 2
        if not (too_large or too_poor) or quality >= worst:
            break
        quality += HALVES * math.log2(share / LARGER)
    return figures | {"times_source_bytes": round(size / max(1, rate.bytes), 3)}


def _write(
    source: Path | str,
    target: Path,
    covers: Iterable[np.ndarray],
    method: str,
    crf: float,
    gop: int,
) -> tuple[dict[str, Any], int]:
    """Write the covered video once; its record's figures, and the bytes of its pictures."""
    sound = container_for_sound(source)
    covered, frames, area = 0, 0, 0.0
    with open_video(source) as video:
        pictures = video.frames()
        first = next(pictures)
        layout = choose_layout(first.planes, video.depth)
        small = max(1, max(video.size) // 320)  # covered area is counted on a coarse grid
        coarse = video.size[0] // small, video.size[1] // small
        with Writer(
            target,
            video.shape.stored,
            container=sound or "mp4",
            codec=layout.codec,
            pixel_format=layout.pixel_format,
            crf=crf,
            preset="veryfast",
            gop=gop,
            colour=_written_colour(video),
            rotation=video.shape.rotation,
            mirrored=video.shape.mirrored,
            pixel_aspect=video.shape.pixel_aspect,
            tick=_tick(video.time_base),
            audio=(source, None, None) if sound else None,
        ) as writer:
            for frame, places in zip(chain([first], pictures), covers, strict=True):
                writer.add_planes(cover_planes(frame, places, layout, method), frame.time)
                covered += len(places)
                frames += len(places) > 0
                area += float(draw_ellipses(coarse, places / small).mean())
    figures = {
        "covered_places": covered,
        "covered_frames": frames,
        "covered_area": round(area / writer.frames, 6),
        "sound": _describe_sound(source, sound),
    }
    return figures, sum(writer.sizes)


def _estimate_quality(source: Path | str, times: np.ndarray, rate: SourceRate, gop: int) -> float:
    """The rate factor at which the video would take about as many bytes as the source, from a few samples of it."""
    keys = others = theirs = 0.0
    with open_video(source) as video:
        for share in SAMPLES:
            place = round(share * (len(times) - SAMPLE - 1))
            pictures = video.frames(start=Fraction(float(times[place])).limit_denominator(10**6) - Fraction(1, 10**4))
            frames = [frame for frame, _ in zip(pictures, range(SAMPLE), strict=False)]
            layout = choose_layout(frames[0].planes, video.depth)
            with Writer(
                os.devnull,
                video.shape.stored,
                container="null",
                codec=layout.codec,
                pixel_format=layout.pixel_format,
                crf=SAMPLED_AT,
                preset="veryfast",
                gop=gop,
                b_frames=0,
                tick=_tick(video.time_base),
            ) as writer:
                for frame in frames:
                    writer.add_planes(cover_planes(frame, np.zeros((0, 4)), layout, "solid"), frame.time)
            keys += writer.sizes[0]
            others += sum(writer.sizes[1:])
            theirs += rate.sum_between(float(frames[1].time), float(frames[-1].time) + 1e-6)
    known = float(rate.sizes.sum())
    taken = keys / len(SAMPLES) * len(times) / gop + (others / theirs * known if theirs else others)
    return SAMPLED_AT + HALVES * math.log2(taken / (LARGER * max(1, rate.bytes)))


def cover_planes(frame: Frame, boxes: np.ndarray, layout: PlaneLayout, method: str) -> tuple[np.ndarray, ...]:
    """The planes of a frame with `boxes` covered, as `layout` wants them; all other pixels have their code values."""
    planes = tuple(fit_plane(plane, frame, layout) for plane in frame.planes)
    cover(planes, boxes, frame.shape, method, layout.depth)
    return planes


def choose_layout(planes: tuple[np.ndarray, ...], depth: int) -> PlaneLayout:
    """The layout that keeps all of such planes: 10 bits stay 10 bits; odd sizes, which an encoder refuses where chroma
    is small, are written with chroma as large as luma."""
    bits = next((known for known in DEPTHS if known >= depth), DEPTHS[-1]) if planes[0].dtype == np.uint16 else 8
    codec = "libx265" if bits > 10 else "libx264"
    suffix = f"{bits}le" if bits > 8 else ""
    if len(planes) == 1:
        return PlaneLayout(f"gray{suffix}", codec, bits)
    height, width = planes[0].shape
    ratios = tuple(-(-full // part) for full, part in zip((width, height), planes[1].shape[::-1], strict=True))
    even = width % ratios[0] == 0 and height % ratios[1] == 0
    name = SUBSAMPLED.get(ratios, "444") if even else "444"
    return PlaneLayout(f"yuv{name}p{suffix}", codec, bits)


def fit_plane(plane: np.ndarray, frame: Frame, layout: PlaneLayout) -> np.ndarray:
    """A copy of one of a frame's planes, as large and as deep as `layout` has it."""
    size = plane.shape[::-1]
    if "444" in layout.pixel_format:
        size = frame.planes[0].shape[::-1]
    plane = plane.copy() if size == plane.shape[::-1] else cv2.resize(plane, size, interpolation=cv2.INTER_NEAREST)
    bits = frame.picture.format.components[0].bits
    if plane.dtype == np.uint8 or bits == layout.depth:
        return plane
    if layout.depth > bits:
        return np.left_shift(plane, layout.depth - bits)
    return np.right_shift(plane, bits - layout.depth)


def _written_colour(video: Video) -> Colour:
    """The video's tags; RGB is stored as planes of Y, U and V here, by the matrix that the conversion took.

    Grey without a range is read as full, but not any more once it has been through an encoder that adds chroma.
    """
    if video.pixel_format.startswith("gray") and video.colour.range == "unknown":
        return replace(video.colour, range="pc")
    if video.pixel_format.startswith(("yuv", "gray")):
        return video.colour
    matrix = "bt709" if video.colour.scaler_matrix(video.shape.stored[1]) == 1 else "smpte170m"
    return Colour(video.colour.primaries, video.colour.transfer, matrix, "tv")


def _tick(time_base: Fraction) -> Fraction:
    """The clock of the file, where an mp4 can have it: times are then the same to the last bit."""
    fits = time_base.numerator == 1 and time_base.denominator <= MOST_TICKS
    return time_base if fits else Fraction(1, 90_000)


def _describe_sound(source: Path | str, container: str | None) -> str:
    if container:
        return "copied"
    with open_media(source) as file:
        return "left out: an mp4 can't hold it" if file.streams.audio else "none"
