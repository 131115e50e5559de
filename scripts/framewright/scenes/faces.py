"""Portraits on strings in a park: faces of many sizes that sway, pass in front of each other and turn away.

The faces are photographs, so a face detector finds them, and their boxes are known exactly, because the portraits are
placed by matrices.
"""

from dataclasses import dataclass
from fractions import Fraction

import cv2
import numpy as np

from framewright.scenes import plants
from framewright.scenes.backdrop import MOODS, draw_backdrop, make_view
from framewright.scenes.paint import Cover, Sprite, lay, lay_by
from framewright.scenes.photos import load_photo
from framewright.scenes.scene import Drawn, Mark, Scene

RATE = Fraction(25)
SIZE = (640, 360)
TURN = 2 * np.pi
HUNG = [
    ("astronaut", 116, 80, 165), ("astronaut", 16, 230, 70), ("astronaut", 22, 262, 212), ("camera", 46, 372, 118),
    ("astronaut", 60, 560, 170), ("astronaut", 30, 468, 72), ("astronaut", 84, 830, 168), ("astronaut", 16, 664, 50),
    ("astronaut", 42, 560, 58), ("astronaut", 22, 430, 230),
]  # fmt: skip
"""Photograph, height of the face, and place at the beginning, in pixels of a picture of 640x360."""
EDGE_ON = 0.15
"""A face squeezed to less than this is no face to anyone."""
TURNING = 4
"""Which of them turns away and back."""
PORTRAITS = {
    "astronaut": ((96, 4, 356, 264), (181, 62, 270, 180)),
    "camera": ((100, 40, 360, 300), (203, 116, 258, 198)),
}
"""Of each photograph, the part on the portrait and the face in it (x1, y1, x2, y2), marked by hand."""
TINTS = [(1, 1, 1), (1.08, 0.97, 0.86), (0.88, 0.98, 1.08), (0.86, 0.84, 0.82), (1.05, 1.02, 0.95)]


@dataclass(frozen=True, eq=False)
class Portrait:
    """A card on a string: its front and back ((h, w, 4) uint8), the face on it in its pixels, and how it moves."""

    front: np.ndarray
    back: np.ndarray
    face: tuple[float, float, float, float]
    place: tuple[float, float]
    depth: float
    sway: tuple[float, float]
    spin: float

    def matrix(self, seconds: float, camera: float) -> tuple[np.ndarray, float]:
        """From its pixels to the picture's, and how far it faces the viewer (1 fully, below 0 away)."""
        beat, phase = self.sway
        swing = 0.09 * np.sin(beat * seconds + phase)
        yaw = self.spin * np.pi * (1 - np.cos(TURN * seconds / 6.5)) / 2 + 0.16 * np.sin(0.8 * beat * seconds + phase)
        squeeze = float(np.cos(yaw))
        height, width = self.front.shape[:2]
        # it hangs on a string and swings about a point far above
        turn = np.array([[np.cos(swing), -np.sin(swing)], [np.sin(swing), np.cos(swing)]])
        turn = turn @ np.diag([abs(squeeze), 1])
        x = self.place[0] - camera * self.depth - 1.3 * height * np.sin(swing)
        y = self.place[1] + 2 * self.depth * np.sin(0.7 * beat * seconds)
        return np.column_stack([turn, np.array([x, y]) - turn @ (width / 2, height / 2)]), squeeze


def make_faces(rng: np.random.Generator, seconds: float = 8.0, size: tuple[int, int] = SIZE) -> Scene:
    """Ten portraits, faces from 16 to 116 pixels high for a picture of 360 lines; one turns away and back."""
    unit = size[1] / 360
    portraits = sorted((_portrait(rng, k, unit) for k in range(len(HUNG))), key=lambda portrait: portrait.depth)
    behind = _park(rng, size)
    frames = round(seconds * RATE)

    def draw(frame: int) -> Drawn:
        now, share = frame / float(RATE), frame / max(1, frames - 1)
        camera = 330 * unit * share
        picture = cv2.warpAffine(
            behind, np.array([[1, 0, 0.12 * camera], [0, 1, 0.0]]), size, flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        )
        hung = []
        for number, portrait in enumerate(portraits):
            matrix, squeeze = portrait.matrix(now, camera)
            _string(picture, matrix, portrait)
            cover = lay_by(picture, portrait.front if squeeze > 0 else portrait.back, matrix)
            hung.append((number, cover, _face(portrait, matrix) if squeeze > EDGE_ON else None))
        return Drawn(picture, faces=_marks(hung, size))

    return Scene(size, RATE, frames, draw, encoding={"crf": 16, "gop": 50, "preset": "faster"})


def _portrait(rng: np.random.Generator, number: int, unit: float) -> Portrait:
    """A card with a white margin, its picture as large as the height of its face asks for."""
    name, high, across, down = HUNG[number]
    (x1, y1, x2, y2), face = PORTRAITS[name]
    zoom = high * unit / (face[3] - face[1])
    picture = cv2.transform(load_photo(name)[y1:y2, x1:x2], np.diag(TINTS[number % len(TINTS)]))
    way = cv2.INTER_AREA if zoom < 1 else cv2.INTER_CUBIC
    picture = cv2.resize(picture, None, fx=zoom, fy=zoom, interpolation=way)
    mirrored = number % 2 == 1
    picture = picture[:, ::-1] if mirrored else picture
    edge = max(2, round(0.05 * picture.shape[0]))
    front = _card(picture, edge)
    back = _card(_reverse(picture), edge)
    left, right = (x2 - face[2], x2 - face[0]) if mirrored else (face[0] - x1, face[2] - x1)
    top, bottom = face[1] - y1, face[3] - y1
    depth = 0.35 + 0.9 * high / 116
    sway = float(rng.uniform(1.1, 1.9)), float(rng.uniform(0, TURN))
    spots = tuple(edge + 1 + zoom * side for side in (left, top, right, bottom))
    spin = 1.0 if number == TURNING else 0.0
    return Portrait(front, back, spots, (across * unit, down * unit), depth, sway, spin)


def _reverse(picture: np.ndarray) -> np.ndarray:
    """The back of a photograph: paper, and a few lines of writing."""
    height, width = picture.shape[:2]
    paper = np.full_like(picture, (226, 217, 201))
    for line in range(4):
        y, end = (0.3 + 0.13 * line) * height, (0.82, 0.76, 0.8, 0.45)[line]
        x = np.linspace(0.16, end, 60) * width
        ink = np.stack([x, y + 0.012 * height * np.sin(x * 95 / width + line) * np.sin(x * 37 / width)], 1)
        cv2.polylines(paper, [np.round(ink * 16).astype(np.int32)], False, (112, 116, 140), 1, cv2.LINE_AA, 4)
    return paper


def _card(picture: np.ndarray, edge: int) -> np.ndarray:
    """A picture on white card, with a clear pixel around for smooth edges."""
    card = cv2.copyMakeBorder(picture, edge, 3 * edge, edge, edge, cv2.BORDER_CONSTANT, value=(247, 244, 237))
    card = cv2.cvtColor(np.ascontiguousarray(card), cv2.COLOR_RGB2RGBA)
    return cv2.copyMakeBorder(card, 1, 1, 1, 1, cv2.BORDER_CONSTANT, value=(0, 0, 0, 0))


def _string(picture: np.ndarray, matrix: np.ndarray, portrait: Portrait) -> None:
    """The string it hangs on, from the middle of its upper edge up and out of the picture."""
    x, y = matrix @ (portrait.front.shape[1] / 2, 1, 1)
    lean = matrix[:, 1] / np.hypot(*matrix[:, 1])
    ends = np.array([(x, y), (x, y) - lean * (y + 20) / max(0.5, lean[1])])
    cv2.polylines(picture, [np.round(ends * 16).astype(np.int32)], False, (92, 84, 76), 1, cv2.LINE_AA, 4)


def _face(portrait: Portrait, matrix: np.ndarray) -> tuple[float, float, float, float]:
    x1, y1, x2, y2 = portrait.face
    corners = np.array([(x1, y1, 1), (x2, y1, 1), (x1, y2, 1), (x2, y2, 1)]) @ matrix.T
    (left, top), (right, bottom) = corners.min(0), corners.max(0)
    return float(left), float(top), float(right), float(bottom)


def _marks(hung: list[tuple[int, Cover | None, tuple | None]], size: tuple[int, int]) -> tuple[Mark, ...]:
    """The faces in the picture, with the share of each box that no nearer card and no edge hides."""
    clear = np.ones((size[1], size[0]), np.float32)
    marks = []
    for number, cover, box in reversed(hung):
        if cover is None:
            continue
        if box is not None:
            x1, y1, x2, y2 = np.clip(np.round(box), 0, [*size, *size]).astype(int)
            seen = float(clear[y1:y2, x1:x2].sum()) / ((box[2] - box[0]) * (box[3] - box[1]))
            if seen > 0:
                clipped = (max(box[0], 0.0), max(box[1], 0.0), min(box[2], size[0]), min(box[3], size[1]))
                marks.append(Mark(number, "face", clipped, min(1.0, seen)))
        height, width = cover.alpha.shape
        clear[cover.y : cover.y + height, cover.x : cover.x + width] *= 1 - cover.alpha
    return tuple(sorted(marks, key=lambda mark: mark.id))


def _park(rng: np.random.Generator, size: tuple[int, int]) -> np.ndarray:
    """A park out of focus, a little wider than the picture."""
    wide = size[0] + round(size[1] * 0.3)
    eye = make_view((wide, size[1]))
    mood = MOODS["noon"]
    picture = draw_backdrop(rng, eye, mood, 0.0, 8, 99.0).seen(0.0, 0.0, 0.0)
    for z in (60.0, 48.0, 36.0, 27.0, 21.0):
        for x in np.arange(-0.62, 0.63, 0.155) * z:
            green = plants.GREENS[int(rng.integers(3))]
            tree: Sprite = plants.draw_tree(rng, rng.uniform(4.5, 7.0), green, eye.scale(z), 0.2)
            place = wide / 2 + (x + rng.uniform(-0.04, 0.04) * z) * eye.scale(z)
            lay(picture, tree, place, eye.horizon + eye.eye * eye.scale(z), eye.scale(z))
    return cv2.GaussianBlur(picture, (0, 0), size[1] / 150)
