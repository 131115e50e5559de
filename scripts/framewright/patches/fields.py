"""Interlaced video: whether frames are woven of two fields, measured on the frames, and one frame made of both."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import av
import numpy as np

from framewright.video.frame import Frame

COLUMNS = 480  # of a frame, at most, that are compared
MOVED = 10  # code values by which a pixel differs from the frame before where something moves
FEW = 3  # combed pairs of a film from which on they are no accident
LEAST_MOVING = 0.005  # share of pixels that must move before anything can be said
# A frame is combed at more than this share of the nearer fields, which the farther ones exceed by this factor.
COMBED = ((0.4, 1.3), (0.85, 1.15))
ORDERS = ("tff", "bff")  # top field first, bottom field first


@dataclass(frozen=True)
class FieldVotes:
    """How many pairs of frames are combed, and how many are clean, of those that show motion; `order` is the order of
    the fields, tff or bff, of most combed ones."""

    combed: int = 0
    clean: int = 0
    order: str = "tff"

    @property
    def interlaced(self) -> bool:
        """Whether the frames of a film are woven of fields: a quarter of them is enough, as in telecine."""
        return self.combed >= FEW and 3 * self.combed >= self.clean


def compare_fields(one: np.ndarray, other: np.ndarray) -> str:
    """`tff` or `bff` where a frame is woven of two fields in this order, `clean` where not, empty where nothing moves.

    `one` and `other` are the luma planes (H, W) of two neighbouring frames as they are stored. A frame's combing is
    compared with that of two pictures woven across the frames. In progressive video, both are combed more than the
    frame is, and alike. In interlaced video, one of them is woven of neighbouring fields, and is combed no more than
    the frame; the fields of the other are three times as far apart.
    """
    height = min(len(one), len(other)) // 2 * 2
    step = max(1, one.shape[1] // COLUMNS)
    first, second = (plane[:height, ::step].astype(np.int32) for plane in (one, other))
    if height < 8 or first.shape != second.shape:
        return ""
    depth = max(1, int(max(first.max(), second.max())) // 256 + 1) if one.dtype != np.uint8 else 1
    moves = np.abs(first - second) > MOVED * depth
    moves_odd, moves_even = moves[1:-1:2], moves[2::2]
    if moves_odd.mean() < LEAST_MOVING:
        return ""

    def comb(even: np.ndarray, odd: np.ndarray) -> float:
        # Both kinds of lines alike, so that grain that only one frame has, such as a key frame, tells no order.
        odd_lines = np.abs(even[:-1] + even[1:] - 2 * odd[:-1])[moves_odd]
        even_lines = np.abs(odd[:-1] + odd[1:] - 2 * even[1:])[moves_even]
        return float(np.concatenate([odd_lines, even_lines]).mean()) + 0.5 * depth

    frame = comb(first[::2], first[1::2])
    across = comb(second[::2], first[1::2]), comb(first[::2], second[1::2])
    near, far = min(across), max(across)
    combed = any(frame > share * near and far > times * near for share, times in COMBED)
    return ORDERS[across[0] > across[1]] if combed else "clean"


def count_votes(verdicts: Sequence[str]) -> FieldVotes:
    """The verdicts of `compare_fields` over a film, counted."""
    orders = [verdicts.count(order) for order in ORDERS]
    return FieldVotes(sum(orders), verdicts.count("clean"), ORDERS[orders[1] > orders[0]])


def is_combed(frames: Sequence[Frame]) -> bool:
    """Whether neighbouring frames are woven of two fields: two pairs of them, since one may look so by accident."""
    firsts = [*range(0, len(frames) - 1, 2), *([len(frames) - 2] if len(frames) % 2 else [])]
    lumas = {number: frames[number].planes[0] for first in firsts for number in (first, first + 1)}
    return sum(compare_fields(lumas[first], lumas[first + 1]) in ORDERS for first in firsts) >= 2


def deinterlace(frames: Sequence[Frame], order: str) -> list[Frame]:
    """Neighbouring frames, each made progressive from its two fields and those of its neighbours (bwdif)."""
    pictures = list(_filter([frame.picture for frame in frames], f"mode=send_frame:parity={order}:deint=all"))
    return [
        replace(frame, picture=picture) if picture else frame for frame, picture in zip(frames, pictures, strict=True)
    ]


def _filter(pictures: Sequence[av.VideoFrame], options: str) -> Iterator[av.VideoFrame]:
    first = pictures[0]
    graph = av.filter.Graph()
    source = graph.add_buffer(width=first.width, height=first.height, format=first.format, time_base=first.time_base)
    filter, sink = graph.add("bwdif", options), graph.add("buffersink")
    source.link_to(filter)
    filter.link_to(sink)
    graph.configure()
    for picture in pictures:
        graph.push(picture)
        yield from _pull(graph)
    graph.push(None)
    yield from _pull(graph)


def _pull(graph: av.filter.Graph) -> Iterator[av.VideoFrame]:
    while True:
        try:
            picture = graph.pull()
        except (av.error.BlockingIOError, av.error.EOFError):
            return
        assert isinstance(picture, av.VideoFrame)
        yield picture
