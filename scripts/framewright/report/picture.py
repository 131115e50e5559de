"""Pictures for people: frames with boxes and names drawn on them, and many of them on one sheet."""

import colorsys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import cv2
import numpy as np

from framewright.truth import Truth

PAPER, INK = (250, 249, 246), (40, 42, 48)
FONT = cv2.FONT_HERSHEY_DUPLEX
WIDEST = 1920  # pixels of a sheet


def colour_of(identity: int) -> tuple[int, int, int]:
    """A bright RGB colour for an identity, as different as can be from those of its neighbours."""
    hue = (identity * 0.6180339887 + 0.02) % 1
    light = (0.6, 0.7, 0.52)[identity % 3]
    red, green, blue = (round(255 * part) for part in colorsys.hls_to_rgb(hue, light, 0.85))
    return red, green, blue


def with_boxes(
    picture: np.ndarray, boxes: np.ndarray, identities: Sequence[int], labels: Sequence[str] | None = None
) -> np.ndarray:
    """A copy of an (H, W, 3) uint8 RGB picture with boxes ((N, 4) x1, y1, x2, y2) in the colours of their identities.

    Small boxes get no label: it would cover them.
    """
    drawn = np.ascontiguousarray(picture).copy()
    thick = max(1, round(picture.shape[0] / 200))
    labels = labels if labels is not None else [str(identity) for identity in identities]
    for box, identity, label in zip(np.asarray(boxes, float).reshape(-1, 4), identities, labels, strict=True):
        x1, y1, x2, y2 = (round(float(side)) for side in box)
        colour = colour_of(identity)
        cv2.rectangle(drawn, (x1, y1), (x2 - 1, y2 - 1), colour, thick)
        if min(x2 - x1, y2 - y1) * 14 >= picture.shape[0]:
            _tag(drawn, label, (x1, y1), colour, picture.shape[0] / 760)
    return drawn


def contact_sheet(
    frames: Iterable[np.ndarray], labels: Sequence[str], columns: int = 4, width: int = 1280
) -> np.ndarray:
    """Frames ((H, W, 3) uint8 RGB, of any size) in rows of `columns`, each with its label below, on a sheet `width`
    pixels wide: (sheet height, width, 3) uint8 RGB."""
    gap, text, cell = _measure(width, columns)
    cells = [_cell(frame, label, cell, text) for frame, label in zip(frames, labels, strict=True)]
    rows = [cells[start : start + columns] for start in range(0, len(cells), columns)]
    heights = [max(len(picture) for picture in row) for row in rows]
    sheet = np.full((sum(heights) + gap * (len(rows) + 1), width, 3), PAPER, np.uint8)
    top = gap
    for row, height in zip(rows, heights, strict=True):
        for column, picture in enumerate(row):
            left = gap + column * (cell + gap)
            sheet[top : top + len(picture), left : left + cell] = picture
        top += height + gap
    return sheet


def arrange_sheet(
    frames: Iterable[np.ndarray], labels: Sequence[str], together: int = 1, width: int = WIDEST
) -> np.ndarray:
    """A contact sheet that a screen holds, at most 16:9: as many frames stand in a row as that takes.

    Frames come in groups of `together`, and a group stays in one row. (height, width, 3) uint8 RGB.
    """
    shrunk = [_shrink(frame, width // together) for frame in frames]
    groups = max(1, -(-len(shrunk) // together))
    fits = (k * together for k in range(1, groups) if _height(shrunk, k * together, width) <= width * 9 / 16)
    columns = next(fits, groups * together)
    sheet = contact_sheet(shrunk, labels, columns, width)
    wider = max(0, -(-len(sheet) * 16 // 9) - width)
    return cv2.copyMakeBorder(sheet, 0, 0, 0, wider, cv2.BORDER_CONSTANT, value=PAPER)


def draw_sheet(frames: Iterable[np.ndarray], truth: Truth, count: int = 12) -> np.ndarray:
    """A contact sheet of a video: `count` frames at even distances (or in the middle of every shot and transition,
    where the truth knows some), with the boxes that are true of them. `frames` is read once, to the last one shown."""
    chosen = _worth_showing(truth, count)
    shown, labels = [], []
    for number, picture in enumerate(frames):
        if number in chosen:
            shown.append(_with_truth(picture, truth, number))
            labels.append(f"{float(number / truth.rate):.2f} s  {chosen[number]}".rstrip())
        if number == max(chosen):
            break
    return arrange_sheet(shown, labels)


def draw_notice(text: str, width: int = 1280) -> np.ndarray:
    """A sheet that shows nothing but a sentence: (100, width, 3) uint8 RGB."""
    sheet = np.full((100, width, 3), PAPER, np.uint8)
    cv2.putText(sheet, text, (24, 58), FONT, 0.7, INK, 1, cv2.LINE_AA)
    return sheet


def write_sheets(folder: str | Path, sheets: Mapping[str, np.ndarray | None]) -> None:
    """Make the folder `folder`, with a PNG for each sheet that has something to show."""
    Path(folder).mkdir()
    for name, sheet in sheets.items():
        if sheet is not None:
            write_png(Path(folder) / f"{name}.png", sheet)


def write_png(path: str | Path, picture: np.ndarray) -> None:
    """Write an (H, W, 3) uint8 RGB picture as PNG; the same picture gives the same bytes."""
    done, png = cv2.imencode(".png", cv2.cvtColor(picture, cv2.COLOR_RGB2BGR))
    if not done:
        raise ValueError(f"{path}: a picture of shape {picture.shape} cannot be written as PNG")
    Path(path).write_bytes(png.tobytes())


def _worth_showing(truth: Truth, count: int) -> dict[int, str]:
    """Frame numbers and what to say of each."""
    if not truth.transitions or truth.objects:
        return {int((k + 0.5) * truth.frames / count): "" for k in range(min(count, truth.frames))}
    named = {(change.start + change.end) // 2: change.kind for change in truth.transitions}
    bounds = [0, *(t.end for t in truth.transitions if t.is_cut), truth.frames]
    starts = [t.start for t in truth.transitions if t.is_cut] + [truth.frames]
    middles = {(begin + end) // 2: "" for begin, end in zip(bounds, starts, strict=False)}
    return dict(sorted((middles | named).items()))


def _with_truth(picture: np.ndarray, truth: Truth, number: int) -> np.ndarray:
    boxes, identities, labels = [], [], []
    for thing in truth.objects:
        at = np.flatnonzero((thing.frames == number) & (thing.visible >= 0.1))
        boxes += [thing.boxes[i] for i in at]
        identities += [thing.id] * len(at)
        labels += [f"{thing.name} {thing.id}"] * len(at)
    for identity, face in enumerate(truth.faces):
        at = np.flatnonzero((face.frames == number) & (face.visible >= 0.1))
        boxes += [face.boxes[i] for i in at]
        identities += [identity] * len(at)
        labels += ["face"] * len(at)
    return with_boxes(picture, np.array(boxes), identities, labels)


def _measure(width: int, columns: int) -> tuple[int, int, int]:
    """Of a sheet: its gaps, the height of a label, and the width of a cell."""
    gap = max(4, width // 120)
    cell = (width - gap * (columns + 1)) // columns
    return gap, max(16, min(width // 52, cell // 7)), cell


def _height(frames: Sequence[np.ndarray], columns: int, width: int) -> int:
    """How tall a contact sheet of these frames becomes."""
    gap, text, cell = _measure(width, columns)
    tall = [round(frame.shape[0] * cell / frame.shape[1]) + text + gap for frame in frames]
    return gap + sum(max(tall[start : start + columns]) for start in range(0, len(tall), columns))


def _shrink(frame: np.ndarray, width: int) -> np.ndarray:
    if frame.shape[1] <= width:
        return frame
    size = (width, max(1, round(frame.shape[0] * width / frame.shape[1])))
    return cv2.resize(np.ascontiguousarray(frame), size, interpolation=cv2.INTER_AREA)


def _cell(frame: np.ndarray, label: str, width: int, text: int) -> np.ndarray:
    height = round(frame.shape[0] * width / frame.shape[1])
    way = cv2.INTER_AREA if width < frame.shape[1] else cv2.INTER_LINEAR
    small = cv2.resize(np.ascontiguousarray(frame), (width, height), interpolation=way)
    line = np.full((text, width, 3), PAPER, np.uint8)
    wide = cv2.getTextSize(label, FONT, text / 44, 1)[0][0]
    size = text / 44 * min(1, (width - 2) / max(wide, 1))  # a long label is written smaller, not cut off
    cv2.putText(line, label, (2, text - max(4, text // 3)), FONT, size, INK, 1, cv2.LINE_AA)
    return np.vstack([small, line])


def _tag(picture: np.ndarray, label: str, corner: tuple[int, int], colour: tuple[int, int, int], size: float) -> None:
    """The label in a filled box above (or, at the upper edge, inside) the corner of a box."""
    size = max(0.34, size)
    (wide, high), below = cv2.getTextSize(label, FONT, size, 1)
    x = min(max(corner[0], 0), max(0, picture.shape[1] - wide - 4))
    y = max(corner[1], high + below + 2)
    cv2.rectangle(picture, (x, y - high - below - 2), (x + wide + 4, y), colour, -1)
    dark = np.dot(colour, (0.3, 0.59, 0.11)) > 110
    cv2.putText(picture, label, (x + 2, y - below), FONT, size, INK if dark else PAPER, 1, cv2.LINE_AA)
