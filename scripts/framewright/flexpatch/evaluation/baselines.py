"""Ways to find objects in the frames of a sequence, to be compared: FlexPatch, and what is done without it."""

import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from framewright.boxes import clip, iou
from framewright.detector import Detections, Detector
from framewright.flexpatch.follow.follower import Follower
from framewright.flexpatch.runtime.detector_adapter import Sighted
from framewright.flexpatch.runtime.packing import contained
from framewright.flexpatch.runtime.runtime import FlexPatch, Thing
from framewright.flexpatch.samples.observations import NOBODY, Known

SAME = 0.5  # overlap from which on a box is a true object, or a track is well on it
PACKED = 0.9  # share of a box that the detector must have seen for it to count as packed


@dataclass(frozen=True)
class Judged:
    """A track just before the detector looked: what was predicted of it, what was true, and whether it was packed."""

    predicted: str
    true: str
    packed: bool


@dataclass(eq=False)
class Shown:
    """What a way shows of each frame of a sequence, and what it cost: pixels that the detector saw after the first
    frame."""

    things: list[list[Thing]] = field(default_factory=list)
    pixels: int = 0
    judged: list[Judged] = field(default_factory=list)
    cpu: dict[str, float] = field(default_factory=dict)  # ms per frame after the first, of detector and the rest


class Meter:
    """A detector that counts the pixels its network sees, in `pixels`, and its processor time, in `seconds`."""

    def __init__(self, detector: Detector) -> None:
        self.detector, self.pixels, self.seconds = detector, 0, 0.0

    def __call__(self, pictures: Sequence[np.ndarray]) -> list[Detections]:
        self.pixels += sum(pixels_of(self.detector, picture.shape) for picture in pictures)
        begun = time.process_time()
        found = self.detector(pictures)
        self.seconds += time.process_time() - begun
        return found

    def shape_of(self, picture: tuple[int, ...]) -> tuple[int, int]:
        """(height, width) of what the network gets to see of a picture of this shape."""
        return self.detector.shape_of(picture)


def pixels_of(detector: Detector, shape: tuple[int, ...]) -> int:
    """How many pixels a detector's network sees of a picture of this shape (height, width, ...)."""
    height, width = detector.shape_of(shape)
    return height * width


def whole(known: Known, frames: range, each: int) -> Shown:
    """Every frame looked at as a whole: `each` pixels."""
    shown = Shown(pixels=each * (len(frames) - 1))
    for frame in frames:
        boxes, scores, labels = sight(known, frame)
        shown.things.append([Thing(*own, -1, True) for own in zip(boxes, scores, labels, strict=True)])
    return shown


def every(known: Known, frames: range, pictures: Iterable[np.ndarray], number: int | None, each: int) -> Shown:
    """One of `number` frames looked at as a whole, `each` pixels, objects followed through the others; None: the first
    frame alone. `pictures` are grey, (H, W) uint8."""
    follower, shown = Follower(known.size), Shown()
    for place, (frame, grey) in enumerate(zip(frames, pictures, strict=True)):
        fresh = place == 0 or (number is not None and place % number == 0)
        if place == 0:
            follower.start(grey, *sight(known, frame))
        else:
            follower.move(grey)
            if fresh:
                follower.refresh(grey, *sight(known, frame))
                shown.pixels += each
        shown.things.append(_things(follower, fresh))
    return shown


def patched(known: Known, frames: range, pictures: Iterable[np.ndarray], runtime: FlexPatch, meter: Meter) -> Shown:
    """FlexPatch, whose detector is the `meter`; its first frame is known. `pictures` are (H, W, 3) uint8 RGB."""
    shown, owners = Shown(), {}
    meter.pixels, meter.seconds, spent = 0, 0.0, 0.0
    for place, (frame, picture) in enumerate(zip(frames, pictures, strict=True)):
        begun = time.process_time()
        things = runtime.process_frame(picture, sight(known, frame) if place == 0 else None)
        spent += (time.process_time() - begun) * (place > 0)
        shown.things.append(things)
        shown.judged += judged(known, frame, runtime, owners)
        owners |= _owners(known, frame, [thing for thing in things if thing.fresh])
    shown.pixels, after = meter.pixels, max(len(frames) - 1, 1)
    detector, rest = 1000 * meter.seconds / after, 1000 * (spent - meter.seconds) / after
    shown.cpu = {"detector": detector, "rest": rest}
    return shown


def judged(known: Known, frame: int, runtime: FlexPatch, owners: dict[int, int]) -> Iterator[Judged]:
    """The tracks that the runtime judged in its last frame, as far as it is known what they were last found on."""
    true = known.true.at(frame)
    places = dict(zip(true.objects.tolist(), true.boxes, strict=True))
    regions = np.array([own.patch.region for own in runtime.placed], float).reshape(-1, 4)
    for patch in runtime.failing:
        if owners.get(patch.track, NOBODY) == NOBODY:
            continue
        box = np.array([patch.box])
        overlap = float(iou(box, places[owners[patch.track]])[0, 0]) if owners[patch.track] in places else 0.0
        label = "high" if overlap <= 0 else "medium" if overlap <= SAME else "low"
        yield Judged(patch.label, label, bool((contained(box, regions) >= PACKED).any()))


def sight(known: Known, frame: int) -> Sighted:
    """What the detector finds in a whole frame: boxes, scores and classes."""
    found = known.found.at(frame)
    return found.boxes, found.sure, found.labels


def _owners(known: Known, frame: int, fresh: Sequence[Thing]) -> dict[int, int]:
    """Which true object each track was just found on."""
    true = known.true.at(frame)
    if not fresh:
        return {}
    overlaps = iou(np.array([thing.box for thing in fresh]), true.boxes)
    best = overlaps.argmax(axis=1) if len(true) else np.zeros(len(fresh), int)
    return {
        thing.number: int(true.objects[best[row]]) if overlaps[row].max(initial=0) >= SAME else NOBODY
        for row, thing in enumerate(fresh)
    }


def _things(follower: Follower, fresh: bool) -> list[Thing]:
    boxes = clip(np.array([track.box for track in follower.tracks]), follower.frame_size)
    return [
        Thing(box, track.score, track.label, track.number, fresh)
        for box, track in zip(boxes, follower.tracks, strict=True)
        if box[0] < box[2] and box[1] < box[3]
    ]
