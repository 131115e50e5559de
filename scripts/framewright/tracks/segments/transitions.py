"""Cuts, dissolves, fades and wipes, found in small pictures of the frames: 64 x 36 places of luma and chroma.

A new shot is a picture that differs from the one before more than motion would make it, and that stays. How different
two pictures are is asked in three ways:

- `step`: mean difference in grey values, of neighbours. A cut is a step that towers above those around it.
- `unlike`: the share of two pictures' contrast that they do not have in common, 0 for equal pictures and about 1 for
  unrelated ones: what is dark or pale counts as much as what is bright.
- `unlike` after one picture was shifted to where it fits the other best, so that a camera that moves makes no new shot.

A flash comes back to what was there before. In a dissolve, the picture in the middle is the mean of those before and
behind, which motion does not bring about. In a fade, contrast goes down to nothing and comes back with something else.
Where two pictures have nothing in common and none of this fits, a closer look asks for a wipe: each place is like one
of both, and the border between them moves on.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cache

import cv2
import numpy as np

from framewright.tracks.segments.segments import Cut
from framewright.video.frame import Frame

REACH = 26  # frames that are looked at on either side
GRADUAL = Fraction(1, 32)  # seconds that frames are apart, at least, in which dissolves and fades are looked for
NEAR = 6  # frames on either side that a step is compared with
PEAK = 2.2  # how many times the fourth largest of these steps, itself among them, a cut's must be,
LEAST = 2.0  # and how many grey values
BACK = 6  # frames within which a flash is over
AGAIN = 0.5  # of how unlike a flash is to what was before: how unlike that is to what follows the flash, at most
NEW = 0.1  # how unlike pictures of different shots are at least, wherever they are shifted,
MOVED = 2.5  # and how many times as unlike as motion makes neighbours
NEXT, FAR = 8, 4  # parts of a picture's sides by which it is shifted: one in so many, of neighbours and of others
OTHER = 0.35  # the same of pictures further apart in time, on both sides of a dissolve or a fade
HALVES = (4, 7, 11, 16, 24)  # frames from the middle of a dissolve to its ends
BLEND = 0.3  # of the difference between a dissolve's ends: how far its middle may be from their mean
EDGE = 0.04  # of the way from its first to its last picture: less is not yet, or no longer, a dissolve
SLOW = 0.8  # of the contrast on one side: how much of it there is at most two frames from the middle of a fade
FADED = 0.2  # of the contrast on both sides: how little of it a fade leaves
GAINS = 0.6, 1.7  # of exposure, by which one picture of a shot may become another
CHANGED = 4.0  # grey values by which a place differs from what exposure makes of it
MOST, MANY = 0.45, 0.25  # of a picture's places that a dissolve changes so, and a hard cut
DETOUR = 1.5  # times the difference of a wipe's ends: the way over its middle; what moves takes twice as much
NEITHER, CLEAR = 0.4, 0.6  # of the difference of a wipe's ends: what a place may be off one of them; in so many places
SPREADS, MIDDLE = 0.1, (0.2, 0.8)  # shares of a wipe's places: change from one look to the next; changed at its middle
BACKWARDS = 0.08  # share of a wipe's places that may change back
EVERYWHERE = 0.4  # share of the places in every strip of the frame that a wipe changes
JAGGED = 0.05  # share of neighbouring places that a wipe's border may part: what passes by, and noise, part more
BLACK = 28  # luma of places that show nothing
NOISE = 2.5  # grey values: contrast that pictures have without showing anything


@dataclass(frozen=True, eq=False)
class _SmallFrame:
    time: Fraction
    small: np.ndarray  # (h, w, 3) uint8 Y, U, V
    step: float  # to the frame before, in grey values
    contrast: float  # standard deviation of luma, in grey values
    energy: float  # sum of the squares of what the picture differs from its mean colour


@dataclass(frozen=True)
class _Candidate:
    cut: Cut
    rank: tuple[int, float]  # of two that overlap, the one with the higher rank stays
    span: tuple[Fraction, Fraction]  # when the frames appear that speak for it

    def overlaps(self, other: "_Candidate") -> bool:
        if "cut" in (self.cut.kind, other.cut.kind):
            return self.cut.start <= other.cut.end and other.cut.start <= self.cut.end
        return self.span[0] <= other.span[1] and other.span[0] <= self.span[1]


def _unlike(one: _SmallFrame, other: _SmallFrame) -> float:
    """How different two pictures are, as a share of their contrast: 0 for equal ones, about 1 for unrelated."""
    apart = cv2.norm(one.small, other.small, cv2.NORM_L2SQR)
    return apart / (one.energy + other.energy + 2 * one.small.size * NOISE**2)


def _unlike_shifted(one: np.ndarray, other: np.ndarray, far: int) -> float:
    """The same of the middle of each picture and the place in the other where it fits best; the smaller of both.

    Pictures are shifted by one part in `far` of their sides at most: what simple pictures have in common can be found
    anywhere, and between neighbours nothing moves by much.
    """
    if far == FAR:  # over so long a way half the places are exact enough, at a sixteenth of the cost
        one, other = _halve(one), _halve(other)
    return min(_best(one, other, far), _best(other, one, far))


def _halve(picture: np.ndarray) -> np.ndarray:
    return cv2.resize(picture, (picture.shape[1] // 2, picture.shape[0] // 2), interpolation=cv2.INTER_AREA)


def _best(picture: np.ndarray, other: np.ndarray, far: int) -> float:
    height, width = picture.shape[:2]
    y, x = height // far, width // far
    middle = other[y : height - y, x : width - x]
    apart = float(cv2.matchTemplate(picture, middle, cv2.TM_SQDIFF).min())
    return apart / (2 * _energy(middle) + 2 * middle.size * NOISE**2)


def _energy(picture: np.ndarray) -> float:
    _, deviation = cv2.meanStdDev(picture)
    return float((deviation**2).sum()) * picture.shape[0] * picture.shape[1]


def _changed_share(one: np.ndarray, other: np.ndarray) -> float:
    """The share of places, 0 to 1, in which two pictures differ by more than one gain and offset of all explain."""
    first, second = one.reshape(-1, 3).astype(np.float32), other.reshape(-1, 3).astype(np.float32)
    kept = np.ones(len(first), bool)
    for _ in range(3):  # what passes by is no matter of exposure: the places that fit worst are left out of the fit
        before, after = first - first[kept].mean(axis=0), second - second[kept].mean(axis=0)
        power = max(float((before[kept, 0] ** 2).sum()), 1e-6)
        gain = float(np.clip((before[kept, 0] * after[kept, 0]).sum() / power, *GAINS))
        apart = np.abs(after - gain * before).max(axis=1)
        kept = apart <= np.quantile(apart, 0.6)
    lit = np.maximum(first[:, 0], second[:, 0]) > BLACK  # what is black in both can't tell them apart
    return float((apart > CHANGED)[lit].mean()) if lit.any() else 0.0


class TransitionDetector:
    """Finds cuts in frames that are added in order, with a few dozen small pictures in memory."""

    name = "transitions"

    def __init__(self) -> None:
        self._all: deque[_SmallFrame] = deque(maxlen=2 * REACH + 1)
        self._thin: deque[_SmallFrame] = deque(maxlen=2 * REACH + 1)
        self._found: list[_Candidate] = []
        self._turn = 0

    def add(self, frame: Frame, small: np.ndarray) -> None:
        """Look at the next frame: at its time and its small picture."""
        self.add_small(frame.time, small)

    def add_small(self, time: Fraction, small: np.ndarray) -> None:
        """Look at the next small picture, which appears at `time` (seconds)."""
        step = _apart(small, self._all[-1].small) if self._all else 0.0
        _, deviation = cv2.meanStdDev(small)
        energy = float((deviation**2).sum()) * small.shape[0] * small.shape[1]
        self._go_on(_SmallFrame(time, small, step, float(deviation[0, 0]), energy))

    def finish(self) -> list[Cut]:
        """The cuts in all frames added; to be asked at the end."""
        if self._all:
            last = self._all[-1]
            for number in range(1, REACH + 1):
                self._go_on(replace(last, time=last.time + number * GRADUAL, step=0.0))
        return [found.cut for found in self._found]

    def _go_on(self, seen: _SmallFrame) -> None:
        """Ask whether the frames now in the middle are where a new shot begins."""
        self._ask(self._all, seen, (_cut,))
        if not self._thin or seen.time - self._thin[-1].time >= GRADUAL:
            self._ask(self._thin, seen, GRADUALLY[self._turn % len(GRADUALLY)])
            self._turn += 1

    def _ask(
        self,
        frames: deque[_SmallFrame],
        seen: _SmallFrame,
        ways: tuple[Callable[[list[_SmallFrame]], _Candidate | None], ...],
    ) -> None:
        if not frames:  # what is before the first frame looks like it
            frames.extend([replace(seen, step=0.0)] * REACH)
        frames.append(seen)
        if len(frames) > 2 * REACH:
            around = list(frames)
            for found in filter(None, (way(around) for way in ways)):
                self._keep(found)

    def _keep(self, found: _Candidate) -> None:
        """Take what was found, unless it overlaps what is surer; what is less sure gives way."""
        rivals = [rival for rival in self._found[-8:] if rival.overlaps(found)]
        if all(rival.rank < found.rank for rival in rivals):
            self._found = [rival for rival in self._found if rival not in rivals] + [found]
            self._found.sort(key=lambda rival: rival.cut.start)


def _apart(one: np.ndarray, other: np.ndarray) -> float:
    """The mean difference of two small pictures in grey values, of luma and both chroma together."""
    return cv2.norm(one, other, cv2.NORM_L1) / (one.size / 3)


def _cut(seen: list[_SmallFrame]) -> _Candidate | None:
    """A hard cut right before the middle one of the frames seen."""
    step = seen[REACH].step
    if step < LEAST or step < max(seen[REACH - 1].step, seen[REACH + 1].step):
        return None
    around = sorted(frame.step for frame in seen[REACH - NEAR : REACH + NEAR + 1])
    if step < PEAK * around[-4]:
        return None
    before = [frame.small for frame in seen[REACH - BACK - 1 : REACH]]
    after = [frame.small for frame in seen[REACH : REACH + BACK + 1]]
    new = _unlike_shifted(before[-1], after[0], NEXT)
    moved = max(_unlike_shifted(before[-2], before[-1], NEXT), _unlike_shifted(after[0], after[1], NEXT))
    if new < max(NEW, MOVED * moved):
        return None
    if _changed_share(before[-1], after[0]) < MANY:
        return None
    back = [_unlike_shifted(before[-1], picture, NEXT) for picture in after[1:]]
    back += [_unlike_shifted(picture, after[0], NEXT) for picture in before[:-1]]
    if min(back) < min(AGAIN * new, OTHER):
        return None
    time = seen[REACH].time
    return _Candidate(Cut("cut", time, time), (2, step), (time, time))


def _fade(seen: list[_SmallFrame]) -> _Candidate | None:
    """A fade whose picture has the least contrast in the middle one of the frames seen."""
    contrasts = [frame.contrast for frame in seen]
    least, before, after = contrasts[REACH], max(contrasts[:REACH]), max(contrasts[REACH + 1 :])
    if least > FADED * min(before, after) or min(before, after) < NOISE or least > min(contrasts):
        return None
    if contrasts[REACH - 2] > SLOW * before or contrasts[REACH + 2] > SLOW * after:
        return None
    first = next(index for index in range(REACH, -1, -1) if contrasts[index] >= 0.9 * before)
    last = next(index for index in range(REACH, 2 * REACH + 1) if contrasts[index] >= 0.9 * after)
    if _unlike_shifted(seen[first].small, seen[last].small, FAR) < OTHER:
        return None
    span = seen[first].time, seen[last].time
    return _Candidate(Cut("fade", *span), (1, -least), span)


def _dissolve(seen: list[_SmallFrame]) -> _Candidate | None:
    """A dissolve around the middle one of the frames seen."""
    middle, best, sure = seen[REACH].small, 0, 0.0
    for half in HALVES:
        one, other = seen[REACH - half].small, seen[REACH + half].small
        apart = _apart(one, other)
        if apart <= max(sure, 2 * LEAST) or _unlike(seen[REACH - half], seen[REACH + half]) < OTHER:
            continue
        off = _apart(middle, cv2.addWeighted(one, 0.5, other, 0.5, 0))
        if apart - off / BLEND > sure:
            best, sure = half, apart - off / BLEND
    window = seen[REACH - best : REACH + best + 1]
    if not best or _unlike_shifted(window[0].small, window[-1].small, FAR) < OTHER:
        return None
    if _changed_share(window[0].small, window[-1].small) < MOST:
        return None
    first, last = _extent([frame.small for frame in window])
    span = window[0].time - NEAR * GRADUAL, window[-1].time + NEAR * GRADUAL
    return _Candidate(Cut("dissolve", window[first].time, window[last].time), (0, sure), span)


def _wipe(seen: list[_SmallFrame]) -> _Candidate | None:
    """A wipe around the middle one of the frames seen: each place changes by itself from one picture to another, and
    where they have changed spreads over the frame."""
    for half in reversed(HALVES[1:]):
        one, other = seen[REACH - half], seen[REACH + half]
        way = _apart(one.small, other.small)
        if way <= 2 * LEAST or _unlike(one, other) < OTHER:
            continue
        if _apart(one.small, seen[REACH].small) + _apart(seen[REACH].small, other.small) > DETOUR * way:
            continue
        change = _Change(one.small, other.small)
        if not change.places or change.least_strip() < EVERYWHERE:
            continue
        # the middle first: most that is no wipe shows there
        new, clear = change.ask(seen[REACH].small)
        share = change.share(new)
        if not MIDDLE[0] < share < MIDDLE[1] or clear < CLEAR or _border(new, change.where) > JAGGED:
            continue
        early, late = (change.ask(seen[REACH + offset].small) for offset in (-(half // 2), half // 2))
        clear = min(clear, early[1], late[1])
        if clear < CLEAR or not change.share(early[0]) + SPREADS < share < change.share(late[0]) - SPREADS:
            continue
        if any(change.share(before & ~after) > BACKWARDS for before, after in ((early[0], new), (new, late[0]))):
            continue
        if _unlike_shifted(one.small, other.small, FAR) < OTHER:
            continue
        window = seen[REACH - half : REACH + half + 1]
        reached = np.maximum.accumulate([change.share(change.ask(frame.small)[0]) for frame in window])
        first, last = int(np.argmax(reached > EDGE)), int(np.argmax(reached > 1 - EDGE))
        span = window[0].time - NEAR * GRADUAL, window[-1].time + NEAR * GRADUAL
        cut = Cut("wipe", window[first].time, window[max(first, last)].time)
        return _Candidate(cut, (1, half + clear), span)
    return None


class _Change:
    """Where two pictures differ: `where` (h, w) bool, and `places`, how many these are."""

    def __init__(self, one: np.ndarray, other: np.ndarray) -> None:
        self._one, self._other = one, other
        self._apart = _apart_by_place(one, other)
        self.where: np.ndarray = self._apart > 4 * CHANGED
        self.places = int(np.count_nonzero(self.where))

    def share(self, of: np.ndarray) -> float:
        """The share of these places that are among those of (h, w) bool."""
        return np.count_nonzero(of & self.where) / self.places

    def ask(self, picture: np.ndarray) -> tuple[np.ndarray, float]:
        """Where a picture in between is like the second one, (h, w) bool, and the share of places like one of both."""
        old, young = _apart_by_place(self._one, picture), _apart_by_place(picture, self._other)
        closer = (young < old).astype(np.uint8)
        votes = cv2.boxFilter(closer, -1, (5, 5), normalize=False, borderType=cv2.BORDER_REPLICATE)
        return votes > 12, self.share(np.minimum(old, young) < NEITHER * self._apart)  # of 25: noise is no border

    def least_strip(self) -> float:
        """Of six strips of the frame across, and six down: the share of places that change where fewest do."""
        return min(self._least_strip(along) for along in (0, 1))

    def _least_strip(self, along: int) -> float:
        lines = cv2.reduce(self.where.view(np.uint8), along, cv2.REDUCE_SUM, dtype=cv2.CV_32S).ravel()
        long = self.where.shape[along]
        bounds, widths = _strips(len(lines))
        return float((np.add.reduceat(lines, bounds) / (widths * long)).min())


@cache
def _strips(length: int) -> tuple[np.ndarray, np.ndarray]:
    """Where six strips of so many lines begin, and how wide they are."""
    bounds = np.arange(7) * length // 6
    return bounds[:-1], np.diff(bounds)


def _apart_by_place(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """How far two pictures differ in each place, (h, w) int16: grey values of luma and both chroma added up."""
    apart = cv2.absdiff(one, other).astype(np.int16)
    return apart[..., 0] + apart[..., 1] + apart[..., 2]


def _border(new: np.ndarray, changed: np.ndarray) -> float:
    """The share of neighbours, among places that change, of which one has changed and the other has not."""
    across, down = changed[:, 1:] & changed[:, :-1], changed[1:] & changed[:-1]
    unequal = (new[:, 1:] != new[:, :-1])[across].sum() + (new[1:] != new[:-1])[down].sum()
    return float(unequal) / max(1, int(across.sum() + down.sum()))


def _extent(pictures: list[np.ndarray]) -> tuple[int, int]:
    """Which of some pictures is the first that has something of the last, and the first with nothing of the first."""
    one = pictures[0].astype(np.float32)
    way = pictures[-1] - one
    shares = np.array([float(((picture - one) * way).sum()) for picture in pictures]) / float((way * way).sum())
    middle = int(np.searchsorted(np.maximum.accumulate(shares), 0.5))
    first = middle - int(np.argmax(shares[middle::-1] < EDGE)) + 1 if (shares[: middle + 1] < EDGE).any() else 0
    return min(first, middle), middle + int(np.argmax(shares[middle:] > 1 - EDGE))


# What frames are asked in turn: dissolves show in every other one as well, and wipes in every fourth.
GRADUALLY = ((_fade, _dissolve, _wipe), (_fade,), (_fade, _dissolve), (_fade,))
