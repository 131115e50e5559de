"""Frames of a film that shows FlexPatch at work: tracks coloured by their predicted label, patches, and the cluster."""

from collections.abc import Sequence

import cv2
import numpy as np

from framewright.flexpatch.preview import COLOURS
from framewright.flexpatch.runtime.runtime import FlexPatch, TrackedObject
from framewright.flexpatch.runtime.schedule import Step
from framewright.report.picture import FONT, INK, PAPER

NEW, CUT = (0, 158, 115), (204, 121, 167)  # colours of patches for new objects, and around what was cut off
COARSE = 24  # pixels of a frame's height that are left where nobody may be recognised
MIN_WIDTH = 960  # of the film in pixels: letters stay legible
MAX_HEIGHT = 4320  # of a frame in the film: what is far higher than wide stays narrow, with paper beside it
LEGEND = (
    ("high", COLOURS["high"]), ("medium", COLOURS["medium"]), ("low", COLOURS["low"]), ("new", NEW), ("cut", CUT),
)  # fmt: skip
STEPS = {
    Step.NOTHING: "detector: nothing, tracks are followed",
    Step.CLUSTER: "detector: a cluster of {} patches",
    Step.WHOLE: "detector: the whole frame",
}


def layout_film(frame: tuple[int, int], cluster: tuple[int, int]) -> tuple[int, tuple[int, int]]:
    """How high the cluster is drawn, and the size (width, height) of the film: the frame with the cluster below it."""
    width, height = max(MIN_WIDTH, _scaled(frame)[0]), _scaled(frame)[1]
    shown = min(MAX_HEIGHT, max(1, round(width / 2 * cluster[1] / cluster[0])))
    return shown, (width, height + shown + (height + shown) % 2)


def draw_frame(frame: np.ndarray, things: Sequence[TrackedObject], runtime: FlexPatch, is_clear: bool) -> np.ndarray:
    """A frame of the film, (H, W, 3) uint8 RGB: thin rectangles are patches, thick boxes what was found just now."""
    size = frame.shape[1], frame.shape[0]
    shown, (width, height) = layout_film(size, runtime.cluster_size)
    sheet = np.full((height, width, 3), PAPER, np.uint8)
    across, below = _scaled(size)
    picture = sheet[:below, :across]
    picture[:] = cv2.resize(frame if is_clear else _coarsen(frame), (across, below), interpolation=cv2.INTER_AREA)
    scale = across / size[0]
    for placed in runtime.placed:
        colour = {"new": NEW, "cut": CUT}.get(placed.patch.label, PAPER)
        _outline(picture, np.array(placed.patch.region) * scale, colour, 1)
    for thing in things:
        colour = COLOURS[runtime.labels.get(thing.number, "low")]
        _outline(picture, thing.box * scale, colour, 4 if thing.fresh else 2)
    _number(picture, things, runtime, scale)
    if runtime.shown is not None:
        cluster = runtime.shown if is_clear else _coarsen(runtime.shown)
        wide = min(width // 2, max(1, round(shown * cluster.shape[1] / cluster.shape[0])))
        sheet[below : below + shown, :wide] = cv2.resize(cluster, (wide, shown), interpolation=cv2.INTER_AREA)
    _describe(sheet[below:, width // 2 :], things, runtime)
    return sheet


def _scaled(frame: tuple[int, int]) -> tuple[int, int]:
    """The size (width, height) of a frame in the film: no smaller than it is, unless it is too high for a film."""
    scale = min(max(1.0, MIN_WIDTH / frame[0]), max(1.0, MAX_HEIGHT / frame[1]), 12000 / frame[1])
    return max(2, round(frame[0] * scale / 2) * 2), max(1, round(frame[1] * scale))


def _outline(picture: np.ndarray, box: np.ndarray, colour: tuple[int, int, int], thickness: int) -> None:
    x1, y1, x2, y2 = (round(float(side)) for side in box)
    cv2.rectangle(picture, (x1, y1), (x2 - 1, y2 - 1), colour, thickness)


def _number(picture: np.ndarray, things: Sequence[TrackedObject], runtime: FlexPatch, scale: float) -> None:
    """Write the number of each track on a plate above its box, where no other plate is."""
    taken: list[tuple[int, int, int, int]] = []
    for thing in sorted(things, key=lambda thing: thing.number):
        text = str(thing.number)
        (wide, high), _ = cv2.getTextSize(text, FONT, 0.45, 1)
        x, y = round(float(thing.box[0]) * scale), round(float(thing.box[1]) * scale) - 3
        for down in (0, high + 6, -high - 6, 2 * high + 12):
            plate = x, y + down - high - 3, x + wide + 6, y + down + 3
            inside = plate[1] >= 0 and plate[3] < picture.shape[0] and x >= 0 and plate[2] < picture.shape[1]
            if inside and not any(_meet(plate, other) for other in taken):
                taken.append(plate)
                colour = COLOURS[runtime.labels.get(thing.number, "low")]
                cv2.rectangle(picture, plate[:2], plate[2:], colour, -1)
                cv2.putText(picture, text, (x + 3, y + down), FONT, 0.45, PAPER, 1, cv2.LINE_AA)
                break


def _meet(one: tuple[int, int, int, int], other: tuple[int, int, int, int]) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def _describe(corner: np.ndarray, things: Sequence[TrackedObject], runtime: FlexPatch) -> None:
    """Write beside the cluster what the frame shows, and the colours."""
    fresh = sum(thing.fresh for thing in things)
    step = STEPS[runtime.step].format(len(runtime.placed)).replace("1 patches", "1 patch")
    noun = "object" if len(things) == 1 else "objects"
    lines = [f"frame {runtime.frames}", f"{len(things)} {noun}, {fresh} just found (thick)", step]
    for row, words in enumerate(lines):
        cv2.putText(corner, words, (14, 30 + 30 * row), FONT, 0.55, INK, 1, cv2.LINE_AA)
    top = 30 + 30 * len(lines)
    cv2.putText(corner, "predicted urgency, and kinds of patches:", (14, top), FONT, 0.5, INK, 1, cv2.LINE_AA)
    for column, (label, colour) in enumerate(LEGEND):
        x, y = 14 + column * (corner.shape[1] - 20) // len(LEGEND), top + 28
        cv2.rectangle(corner, (x, y - 12), (x + 12, y), colour, -1)
        cv2.putText(corner, label, (x + 18, y), FONT, 0.5, INK, 1, cv2.LINE_AA)


def _coarsen(picture: np.ndarray) -> np.ndarray:
    height, width = picture.shape[:2]
    small = cv2.resize(picture, (max(1, round(width * COARSE / height)), COARSE), interpolation=cv2.INTER_AREA)
    return cv2.resize(small, (width, height), interpolation=cv2.INTER_NEAREST)
