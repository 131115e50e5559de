"""Reading runs of neighbouring frames from a film, with as little decoding as possible."""

from collections import deque
from collections.abc import Iterable, Iterator

from framewright.patches.formats import SPAN
from framewright.patches.plan import Frames
from framewright.video.frame import Frame
from framewright.video.stream import Video


def read_windows(video: Video, frames: Frames, firsts: Iterable[int], count: int = SPAN) -> Iterator[list[Frame]]:
    """The `count` frames from each of the ascending numbers `firsts` on; fewer where some can't be decoded.

    Decoding goes on from one window to the next, and jumps where a key frame lies between: whatever decodes less. What
    lies between windows and nothing refers to is not decoded.
    """
    for together in _without_jump(video, frames, list(firsts), count):
        wanted = {frames.time(number) for first in together for number in range(first, first + count)}
        reading = video.frames(start=frames.time(together[0]), wanted=wanted)
        seen: deque[Frame] = deque(maxlen=count)
        for first in together:
            start, end = frames.time(first), frames.time(first + count - 1)
            while not (seen and seen[-1].time >= end):
                frame = next(reading, None)
                if frame is None:
                    break
                seen.append(frame)
            yield [frame for frame in seen if start <= frame.time <= end and frame.time in wanted]


def shows_damage(video: Video, frames: Frames, first: int) -> bool:
    """Whether something was damaged in what the window from frame `first` on was decoded from, back to its key frame.

    What is decoded after a damaged frame shows the damage, and no decoder says so.
    """
    key = frames.key_before(first)
    end = frames.time(first + SPAN - 1)
    return any(time <= end and (not frames.keys[key] or time >= frames.time(key)) for time in video.damage)


def _without_jump(video: Video, frames: Frames, firsts: list[int], count: int) -> list[list[int]]:
    """The windows that begin at `firsts`, together as far as no key frame lies between them to jump to."""
    groups: list[list[int]] = []
    for first in firsts:
        if groups and not (video.seekable and frames.key_before(first) >= groups[-1][-1] + count):
            groups[-1].append(first)
        else:
            groups.append([first])
    return groups
