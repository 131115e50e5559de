"""Where in a picture faces are looked for: around a known one, where something has changed, among small ones."""

import numpy as np

from framewright.tracks.privacy.faces import Part, fitting_zoom

ROOM, LITTLE_ROOM = 48, 32  # pixels of the network from a followed face's middle to the border of its part,
LITTLE = 28  # the latter for faces that are no larger there
BLOCK = 4  # places in a block of the picture, which is searched or not
MARGIN = 1  # blocks around what has changed that are searched with it
APIECE = 12  # blocks that a part costs beside its area
NEIGHBOURS = 2.0, 1.0  # heights of a face, aside and up or down, in which others are taken to stand
CELL = 16  # pixels of a block around small faces


def part_around(box: np.ndarray, size: tuple[int, int]) -> tuple[Part, float]:
    """The part of a picture of `size` (width, height) around a face, and the zoom at which the network sees it best."""
    zoom = fitting_zoom(box)
    width, height = size
    x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    room = (LITTLE_ROOM if zoom * (box[3] - box[1]) <= LITTLE else ROOM) / zoom
    x = np.clip(x, min(room, width / 2), max(width - room, width / 2))
    y = np.clip(y, min(room, height / 2), max(height - room, height / 2))
    left, top = max(0, round(x - room)), max(0, round(y - room))
    return (left, top, min(width, round(x + room)), min(height, round(y + room))), zoom


def find_blocks(changed: np.ndarray) -> np.ndarray:
    """Which blocks of BLOCK x BLOCK places hold a place that has changed."""
    height, width = changed.shape
    return np.asarray(changed.reshape(height // BLOCK, BLOCK, width // BLOCK, BLOCK).any(axis=(1, 3)))


def cover_blocks(changed: np.ndarray, size: tuple[int, int]) -> tuple[list[Part], Part | None, np.ndarray]:
    """Parts of a picture of `size` (width, height) that hold all blocks that have changed; the part around all of
    these; and which blocks are in one, (rows, columns) bool."""
    rows, columns = changed.shape
    searched = np.zeros(changed.shape, bool)
    scale = size[0] / columns, size[1] / rows
    everything = _bound(changed, (0, 0, columns, rows))
    parts = []
    for x1, y1, x2, y2 in _split(changed, everything):
        searched[y1:y2, x1:x2] = True
        parts.append(_to_pixels((x1 - MARGIN, y1 - MARGIN, x2 + MARGIN, y2 + MARGIN), scale, size))
    return parts, _to_pixels(everything, scale, size) if everything else None, searched


def _to_pixels(box: tuple[float, ...], scale: tuple[float, float], size: tuple[int, int]) -> Part:
    (across, down), (width, height) = scale, size
    left, top = max(0, round(box[0] * across)), max(0, round(box[1] * down))
    return left, top, min(width, round(box[2] * across)), min(height, round(box[3] * down))


def _bound(mask: np.ndarray, box: Part) -> Part | None:
    """The box around what is set in a box of a mask."""
    x1, y1, x2, y2 = box
    part = mask[y1:y2, x1:x2]
    rows, columns = np.flatnonzero(part.any(axis=1)), np.flatnonzero(part.any(axis=0))
    if not len(rows):
        return None
    return x1 + int(columns[0]), y1 + int(rows[0]), x1 + int(columns[-1]) + 1, y1 + int(rows[-1]) + 1


def _split(mask: np.ndarray, box: Part | None) -> list[Part]:
    """A box cut into two along a line, and these again, as long as the boxes around what is set become smaller."""
    if box is None:
        return []
    x1, y1, x2, y2 = box
    halves = [((x1, y1, x, y2), (x, y1, x2, y2)) for x in range(x1 + 1, x2)]
    halves += [((x1, y1, x2, y), (x1, y, x2, y2)) for y in range(y1 + 1, y2)]
    best, least = None, _area(box) - APIECE
    for one, other in halves:
        pair = _bound(mask, one), _bound(mask, other)
        area = sum(_area(half) for half in pair if half)
        if area < least:
            best, least = pair, area
    if best is None:
        return [box]
    return [part for half in best for part in _split(mask, half)]


def _area(box: Part) -> int:
    return (box[2] - box[0]) * (box[3] - box[1])


def is_in(searched: np.ndarray, row: np.ndarray, size: tuple[int, int]) -> bool:
    """Whether the middle of a box lies in a block that was searched."""
    rows, columns = searched.shape
    x = int(np.clip((row[0] + row[2]) / 2 / size[0] * columns, 0, columns - 1))
    y = int(np.clip((row[1] + row[3]) / 2 / size[1] * rows, 0, rows - 1))
    return bool(searched[y, x])


def cover_neighbours(boxes: np.ndarray, size: tuple[int, int]) -> list[Part]:
    """Parts of a picture of `size` (width, height) that hold what stands beside faces (n, 4 or more), the small parts
    first."""
    columns, rows = (max(1, round(side / CELL)) for side in size)
    scale = size[0] / columns, size[1] / rows
    near = np.zeros((rows, columns), bool)
    for x1, y1, x2, y2 in boxes[:, :4]:
        aside, above = (heights * (y2 - y1) for heights in NEIGHBOURS)
        left, right = max(0, int((x1 - aside) / scale[0])), int((x2 + aside) / scale[0]) + 1
        top, bottom = max(0, int((y1 - above) / scale[1])), int((y2 + above) / scale[1]) + 1
        near[top:bottom, left:right] = True
    parts = [_to_pixels(part, scale, size) for part in _split(near, _bound(near, (0, 0, columns, rows)))]
    return sorted(parts, key=lambda part: (_area(part), part))
