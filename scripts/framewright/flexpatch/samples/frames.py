"""The frames of a video that this pipeline uses: the first ones of the part to use."""

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import islice

from framewright.video.frame import Frame
from framewright.video.stream import Video


def read_frames(video: Video, use: Sequence[float], limit: int | None) -> Iterator[Frame]:
    """The frames in `use` (start, end in seconds), at most `limit` of them. All rules number the same frames."""
    start, end = (Fraction(str(second)) for second in use)
    # half a tick earlier, since decimals may be off in the last place
    return islice(video.frames(start - video.time_base / 2, end), limit)
