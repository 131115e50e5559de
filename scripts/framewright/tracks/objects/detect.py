"""Detecting objects in the segments of a video: some frames a second, in batches, none of them kept."""

import math
from collections.abc import Iterator, Sequence
from fractions import Fraction
from pathlib import Path

from framewright.detector import Detector, Settings, open_detector
from framewright.study.progress import Progress, report_nothing
from framewright.study.record import hash_file
from framewright.tracks.objects.appearance import describe_boxes
from framewright.tracks.objects.associate import NO_IDENTITY, FrameDetections
from framewright.tracks.objects.camera import CameraMotion
from framewright.tracks.objects.detections import DetectionsWriter, Search
from framewright.tracks.objects.identity import Identifier
from framewright.tracks.objects.options import DetectorSettings
from framewright.tracks.objects.prompts import choose_prompts
from framewright.video.frame import Frame
from framewright.video.stream import Video, open_video

SLACK = Fraction(1, 1_000_000)  # seconds that a segment's ends may be off, having been written in decimals


def open_object_detector(
    settings: DetectorSettings, weights: Sequence[str | Path], prompts: Sequence[str | Path]
) -> Detector | None:
    """The detector with these weights, a file or none; `prompts` has the file of prompts to read, or none."""
    if not weights:
        return None
    how = Settings(
        size=settings.image_size,
        confidence=settings.confidence,
        nms=settings.nms,
        at_most=settings.max_objects,
        only=tuple(settings.classes),
    )
    return open_detector(weights[0], how, **choose_prompts(settings.renames, prompts), device=settings.device)


def detect_video(
    path: str | Path,
    target: Path,
    segments: Sequence[tuple[float, float]],
    detector: Detector | None,
    rate: float,
    batch: int,
    progress: Progress = report_nothing,
    settings: str = "",
    identify: Identifier | None = None,
) -> int:
    """Write what is found in these segments (start, end in seconds) of a video to `target`; how many detections.

    `settings` is the definition of how the detector is run, to be kept beside it; `identify` tells things apart.

    A video without segments is not opened: it may be one that can't be. Without a detector nothing is searched.
    """
    found, size, writer = 0, (0, 0), DetectionsWriter(target)
    if detector is None:
        writer.finish(Search(size, (), "", "", settings))
        return 0
    if segments:
        with open_video(path) as video:
            size, claimed = video.size, video.timeline.rate()[0]
            exact = Fraction(str(min(rate, float(claimed)) if claimed else rate))
            for segment in segments:
                frames = detect(video, segment, detector, exact, batch, identify)
                count = int((segment[1] - segment[0]) * exact)
                found += writer.add(segment, progress(frames, count, "frames"))
    digest = hash_file(detector.path)
    reid = (identify.path.name, hash_file(identify.path)) if identify else None
    writer.finish(Search(size, detector.names, detector.path.name, digest, settings, reid))
    return found


def detect(
    video: Video,
    segment: tuple[float, float],
    detector: Detector,
    rate: Fraction,
    batch: int,
    identify: Identifier | None = None,
) -> Iterator[FrameDetections]:
    """What is found in each searched frame of a segment, with what it looks like and how the camera moved.

    Those frames are nearest to the instants k/`rate` that appear in the segment (start <= time < end, in seconds); each
    once, so that a video of fewer frames a second is searched as it is. What can't be decoded is missing.
    """
    camera = CameraMotion()
    times, pictures = [], []
    for frame in choose_frames(video, segment, rate):
        times.append(float(frame.time))
        pictures.append(frame.rgb)  # and the frame itself, of which the decoder has few, is let go
        if len(pictures) == batch:
            yield from _search(times, pictures, detector, camera, identify)
            times, pictures = [], []
    yield from _search(times, pictures, detector, camera, identify)


def _search(
    times: list[float], pictures: list, detector: Detector, camera: CameraMotion, identify: Identifier | None
) -> Iterator[FrameDetections]:
    for time, picture, found in zip(times, pictures, detector(pictures), strict=True):
        looks, motion = describe_boxes(picture, found.boxes), camera.add(picture, found.boxes)
        identity = identify(picture, found.boxes) if identify else NO_IDENTITY
        yield FrameDetections(time, found.boxes, found.scores, found.classes, looks, motion, identity)


def choose_frames(video: Video, segment: tuple[float, float], rate: Fraction) -> Iterator[Frame]:
    """The frames to search, and not one more than they need is decoded."""
    start, end = (Fraction(bound) - SLACK for bound in segment)
    line = video.timeline
    first, last = max(start, line.start - 1 / (2 * rate)), min(end, line.end)
    nearest = {line.nearest(k / rate) for k in range(math.ceil(first * rate), math.ceil(last * rate))}
    # the frame nearest to an instant just inside the segment may lie outside
    wanted = {time for time in map(line.time, nearest) if start <= time < end}
    yield from (frame for frame in video.frames(start, end, wanted=wanted) if frame.time in wanted)
