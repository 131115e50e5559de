"""Looking for objects in the segments of a video: some frames a second, in batches, none of them kept."""

from collections.abc import Iterator
from fractions import Fraction

from framewright.detector import Detections, Detector
from framewright.frame import Frame
from framewright.video import Video

SLACK = Fraction(1, 1_000_000)  # seconds that a segment's ends may be off, having been written in decimals


def looked(
    video: Video, segment: tuple[float, float], detector: Detector, rate: Fraction, batch: int
) -> Iterator[tuple[float, Detections]]:
    """When each frame looked at appears, in seconds, and what was found in it, in order of time.

    Those frames are nearest to the instants k/`rate` that appear in the segment (start <= time < end, in seconds); each
    once, so that a video of fewer frames a second is looked at as it is.
    """
    waiting: list[Frame] = []
    for frame in _frames(video, segment, rate):
        waiting.append(frame)
        if len(waiting) == batch:
            yield from _found(waiting, detector)
            waiting = []
    yield from _found(waiting, detector)


def _frames(video: Video, segment: tuple[float, float], rate: Fraction) -> Iterator[Frame]:
    start, end = (Fraction(bound) - SLACK for bound in segment)
    last = None
    # the frame nearest to an instant just inside the segment may lie outside
    for frame in video.frames(start, end, rate):
        if start <= frame.time < end and frame.time != last:
            last = frame.time
            yield frame


def _found(frames: list[Frame], detector: Detector) -> Iterator[tuple[float, Detections]]:
    found = detector([frame.rgb for frame in frames])
    return zip((float(frame.time) for frame in frames), found, strict=True)
