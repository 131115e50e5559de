"""Which frames of a video this pipeline works on: the first ones of the part to use."""

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import islice

from framewright.video.frame import Frame
from framewright.video.stream import Video


def frames_of(video: Video, use: Sequence[float], most: int | None) -> Iterator[Frame]:
    """The frames in `use` (start, end in seconds), `most` of them at most; all rules number the same ones."""
    start, end = (Fraction(str(second)) for second in use)
    # half a tick earlier, since decimals may be off in the last place
    return islice(video.frames(start - video.time_base / 2, end), most)
