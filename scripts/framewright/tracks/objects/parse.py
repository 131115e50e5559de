"""A video's segments become tracks: objects are looked for in each of them and followed, never across a cut."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

from framewright.detector import Detector, Settings, open_detector
from framewright.tracks.meta import Track, clean_name
from framewright.tracks.objects.associate import FrameDetections
from framewright.tracks.objects.detect import detect
from framewright.tracks.objects.options import Association, DetectorSettings, Keep
from framewright.tracks.objects.prompts import choose_prompts
from framewright.tracks.objects.select import make_tracks
from framewright.video.stream import Video, open_video


def open_objects_detector(settings: DetectorSettings, weights: str | Path, prompts: Sequence[str | Path]) -> Detector:
    """The detector with these weights; `prompts` has the file of prompts to read, or none."""
    how = Settings(
        size=settings.image_size,
        confidence=settings.confidence,
        nms=settings.nms,
        at_most=settings.max_objects,
        only=tuple(settings.classes),
    )
    return open_detector(weights, how, **choose_prompts(settings.renames, prompts), device=settings.device)


def parse(
    path: str | Path,
    video: str,
    segments: Sequence[tuple[float, float]],
    detector: Detector,
    how: Association,
    wanted: Keep,
    batch: int,
) -> tuple[list[Track], dict[str, Any]]:
    """The tracks in these segments (start, end in seconds) of the video `video` in `path`, and a record of the work.

    A video without segments is not opened: it may be one that can't be.
    """
    record = {"video": video, "detector": _about(detector), "segments": [], "tracks": [], "dropped": {}}
    if not segments:
        return [], record
    names = [clean_name(name) for name in detector.names]
    with open_video(path) as film:
        claimed = film.timeline.rate()[0]
        how = replace(how, rate=min(how.rate, float(claimed)) if claimed else how.rate)
        rate = Fraction(str(how.rate))
        shots = (_shot(film, segment, detector, rate, batch, record["segments"]) for segment in segments)
        kept, dropped = make_tracks(video, film.size, names, shots, how, wanted)
    return kept, record | {"tracks": [track.tid for track in kept], "dropped": dropped}


def _about(detector: Detector) -> dict[str, Any]:
    with detector.path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return {"weights": detector.path.name, "sha256": digest, "classes": len(detector.names)}


def _shot(
    film: Video, segment: tuple[float, float], detector: Detector, rate: Fraction, batch: int, parts: list[dict]
) -> Iterator[FrameDetections]:
    """What is found in each frame of a segment; afterwards `parts` has one more that says when, and how many."""
    part = {"start": segment[0], "end": segment[1], "objects": 0, "times": []}
    for time, found in detect(film, segment, detector, rate, batch):
        part["times"].append(round(time, 6))
        part["objects"] += len(found.scores)
        yield FrameDetections(time, found.boxes.astype(float), found.scores.astype(float), found.classes)
    parts.append(part)
