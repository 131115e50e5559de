"""Looking for objects in the segments of a video: some frames a second, in batches, none of them kept."""

import math
from collections.abc import Iterator
from fractions import Fraction

from framewright.detector import Detections, Detector
from framewright.video.frame import Frame
from framewright.video.stream import Video

SLACK = Fraction(1, 1_000_000)  # seconds that a segment's ends may be off, having been written in decimals


def detect(
    video: Video, segment: tuple[float, float], detector: Detector, rate: Fraction, batch: int
) -> Iterator[tuple[float, Detections]]:
    """When each frame looked at appears, in seconds, and what was found in it, in order of time.

    Those frames are nearest to the instants k/`rate` that appear in the segment (start <= time < end, in seconds); each
    once, so that a video of fewer frames a second is looked at as it is. What can't be decoded is missing.
    """
    times, pictures = [], []
    for frame in _frames(video, segment, rate):
        times.append(float(frame.time))
        pictures.append(frame.rgb)  # and the frame itself, of which the decoder has few, is let go
        if len(pictures) == batch:
            yield from zip(times, detector(pictures), strict=True)
            times, pictures = [], []
    yield from zip(times, detector(pictures), strict=True)


def _frames(video: Video, segment: tuple[float, float], rate: Fraction) -> Iterator[Frame]:
    """Those frames, and not one more than they need is decoded."""
    start, end = (Fraction(bound) - SLACK for bound in segment)
    line = video.timeline
    first, last = max(start, line.start - 1 / (2 * rate)), min(end, line.end)
    nearest = {line.nearest(k / rate) for k in range(math.ceil(first * rate), math.ceil(last * rate))}
    # the frame nearest to an instant just inside the segment may lie outside
    wanted = {time for time in map(line.time, nearest) if start <= time < end}
    yield from (frame for frame in video.frames(start, end, wanted=wanted) if frame.time in wanted)
