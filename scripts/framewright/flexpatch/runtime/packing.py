"""Patches of a frame, packed into one cluster for the detector, and its detections mapped back to the frame."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np

from framewright.boxes import clip, compute_areas, compute_iou

Region = tuple[int, int, int, int]  # x1, y1, x2, y2 in whole pixels of the frame
GREY = 114  # of uncovered pixels, as around the frames in a detector's training
MIN_PADDING = 0.25
MERGES = 2.5  # area of two patches made one, over the sum of theirs
MIN_INSIDE = 0.8  # share of a detection that has to lie in its patch
TOUCHES = 5.0  # pixels of the cluster from an edge of a patch at which something may be cut off by it
NEAR = 0.06  # or this share of its side, since detectors end large things not quite at the edge


@dataclass(frozen=True)
class Patch:
    """A part of the frame that the detector should examine.

    `size` is its (width, height) in the cluster: that of the region, or less. `box` is its object's, and `track` the
    number of that track; a patch for new objects has neither.
    """

    region: Region
    size: tuple[int, int]
    priority: float
    box: tuple[float, float, float, float] | None = None
    track: int | None = None
    label: str = "new"  # predicted for the track: high, medium or low; or "cut"
    risk: float = 1.0  # probability that the track does not fit its object

    @property
    def scale(self) -> float:
        """Pixels of the cluster for each of the frame, at most 1."""
        return min(self.size[0] / (self.region[2] - self.region[0]), self.size[1] / (self.region[3] - self.region[1]))


@dataclass(frozen=True)
class Placed:
    """A patch and where its top left corner is in the cluster."""

    patch: Patch
    x: int
    y: int

    @property
    def place(self) -> Region:
        """Where it is in the cluster."""
        return self.x, self.y, self.x + self.patch.size[0], self.y + self.patch.size[1]


@dataclass(frozen=True, eq=False)
class MappedDetections:
    """Detections in pixels of the frame: `boxes` (N, 4) float64, `scores` (N,) float64, `labels` (N,) int.

    `cut` (N, 4) bool says which sides touch an edge of the patch inside the frame: what was found may go on there.
    """

    boxes: np.ndarray
    scores: np.ndarray
    labels: np.ndarray
    cut: np.ndarray

    def __getitem__(self, rows: np.ndarray) -> "MappedDetections":
        return MappedDetections(self.boxes[rows], self.scores[rows], self.labels[rows], self.cut[rows])

    def __len__(self) -> int:
        return len(self.scores)


# ---- making patches -------------------------------------------------------------------------------------------------


def pad_box(
    box: Sequence[float] | np.ndarray,
    padding_ratio: float,
    frame: tuple[int, int],
    max_size: tuple[float, float] | None = None,
    min_side: float = 0.0,
) -> Region | None:
    """The region around a box: wider by its width times the ratio, higher by its height, all within the frame
    (width, height); None for a box outside of it. No side is shorter than `min_side`.

    What would be wider or higher than `max_size` is padded less, down to MIN_PADDING: a detector misses more of what is
    down-sampled than of what has little around it.
    """
    ends = []
    for low, high, limit, room in zip(box[:2], box[2:], frame, max_size or (math.inf, math.inf), strict=True):
        side = float(high - low)
        more = min(max(padding_ratio * side, min_side - side), max(room - side - 2, MIN_PADDING * side)) / 2
        ends.append((max(0, math.floor(low - more)), min(limit, math.ceil(high + more))))
    (left, right), (top, bottom) = ends
    return (left, top, right, bottom) if left < right and top < bottom else None


def fit_size(region: Region, max_size: tuple[float, float]) -> tuple[int, int]:
    """The size (width, height) of a region, down-sampled where it is wider or higher than `max_size`."""
    width, height = region[2] - region[0], region[3] - region[1]
    scale = min(1.0, max_size[0] / width, max_size[1] / height)
    return max(1, int(width * scale)), max(1, int(height * scale))


def merge_patches(patches: Iterable[Patch], max_size: tuple[float, float]) -> list[Patch]:
    """The same patches in the same order, but neighbours joined where that adds few pixels and fits into `max_size`.

    A joined patch is as urgent as its first part: objects stay whole, and in their surroundings.
    """
    groups: list[Patch] = []
    for patch in patches:
        for place, group in enumerate(groups):
            region = _around_both(group.region, patch.region)
            width, height = region[2] - region[0], region[3] - region[1]
            fits = width <= max_size[0] and height <= max_size[1] and group.scale == patch.scale == 1
            if fits and width * height <= MERGES * (_pixels(group) + _pixels(patch)):
                box = _around_both(group.box, patch.box) if group.box and patch.box else None
                groups[place] = replace(group, region=region, size=(width, height), box=box)
                break
        else:
            groups.append(patch)
    return groups


def _pixels(patch: Patch) -> int:
    return patch.size[0] * patch.size[1]


def _around_both(one: Sequence[float], other: Sequence[float]) -> tuple:
    return min(one[0], other[0]), min(one[1], other[1]), max(one[2], other[2]), max(one[3], other[3])


# ---- packing --------------------------------------------------------------------------------------------------------


def pack(patches: Iterable[Patch], cluster: tuple[int, int]) -> list[Placed]:
    """As many patches as fit into a cluster (width, height), the first ones first; none covers another.

    A patch whose box lies in the region of one that is placed already needs no place. Each takes the corner
    of the smallest free rectangle that it fits in; the rest of that is cut in two across its longer side.
    """
    free: list[Region] = [(0, 0, *cluster)]
    placed: list[Placed] = []
    for patch in patches:
        width, height = patch.size
        if patch.box is not None and _is_within(patch.box, [other.patch for other in placed]):
            continue
        fitting = [space for space in free if space[2] >= width and space[3] >= height]
        if not fitting:
            continue
        space = min(fitting, key=lambda space: space[2] * space[3])
        free.remove(space)
        x, y, wide, high = space
        placed.append(Placed(patch, x, y))
        if wide >= high:
            rests = (x + width, y, wide - width, high), (x, y + height, width, high - height)
        else:
            rests = (x + width, y, wide - width, height), (x, y + height, wide, high - height)
        free += [rest for rest in rests if rest[2] and rest[3]]
    return placed


def grow_patches(placed: Sequence[Placed], cluster: tuple[int, int], frame: tuple[int, int]) -> list[Placed]:
    """The same patches, each grown to the right and below into what is left of the cluster, as far as the frame goes:
    a detector finds more in real surroundings than on plain grey."""
    patches = list(placed)
    for k in range(len(patches)):
        for axis in (0, 1):
            others = [other.place for other in patches if other is not patches[k]]
            patches[k] = _stretch(patches[k], others, axis, cluster, frame)
    return patches


def _stretch(
    placed: Placed, others: Sequence[Region], axis: int, cluster: tuple[int, int], frame: tuple[int, int]
) -> Placed:
    """A patch stretched along an axis (0 right, 1 below) up to the next patch, or the end of cluster or frame."""
    place, patch = placed.place, placed.patch
    low, high, across = place[axis], place[axis + 2], 1 - axis
    ends = [
        other[axis]
        for other in others
        if other[axis] >= high and other[across] < place[across + 2] and place[across] < other[across + 2]
    ]
    scale, (x1, y1, x2, y2), (width, height) = patch.scale, patch.region, patch.size
    room = (frame[0] - x2, frame[1] - y2)[axis] * scale
    more = min(min(ends, default=cluster[axis]) - high, int(room))
    if more < 1:
        return placed
    if axis == 0:
        x2, width = min(frame[0], x2 + round(more / scale)), high - low + more
    else:
        y2, height = min(frame[1], y2 + round(more / scale)), high - low + more
    return Placed(replace(patch, region=(x1, y1, x2, y2), size=(width, height)), placed.x, placed.y)


def order_by_share(
    failing: Sequence[Patch], new: Sequence[Patch], cluster: tuple[int, int], tf_ratio: float
) -> list[Patch]:
    """Patches in the order in which to pack them, so that tracks get the share `tf_ratio` of the cluster's area, new
    objects the rest of it, and each what the others leave over."""
    room = tf_ratio * cluster[0] * cluster[1]
    first: list[Patch] = []
    rest: list[Patch] = []
    for patch in failing:
        fits = _pixels(patch) <= room
        room -= _pixels(patch) * fits
        (first if fits else rest).append(patch)
    return [*first, *new, *rest]


def is_turn_for_new_objects(turn: int, tf_ratio: float) -> bool:
    """Whether the `turn`-th cluster, from 0, is one for new objects, where the share `tf_ratio` is for tracks."""
    share = 1 - tf_ratio
    return int((turn + 1) * share + 1e-9) > int(turn * share + 1e-9)


def _is_within(box: Sequence[float], patches: Iterable[Patch]) -> bool:
    """Whether the box, and some room around it, lies in the region of one of the patches, which shows it full size."""
    sideways, upright = (box[2] - box[0]) / 8, (box[3] - box[1]) / 8
    return any(
        region[0] <= box[0] - sideways
        and region[1] <= box[1] - upright
        and box[2] + sideways <= region[2]
        and box[3] + upright <= region[3]
        for region in (patch.region for patch in patches if patch.scale == 1)
    )


# ---- the cluster ----------------------------------------------------------------------------------------------------


def paint_cluster(frame: np.ndarray, placed: Iterable[Placed], size: tuple[int, int]) -> np.ndarray:
    """What the detector gets to see: (height, width, 3) uint8, the patches of the frame on grey."""
    cluster = np.full((size[1], size[0], 3), GREY, np.uint8)
    for patch in placed:
        x1, y1, x2, y2 = patch.patch.region
        part = frame[y1:y2, x1:x2]
        if patch.patch.size != (x2 - x1, y2 - y1):
            part = cv2.resize(part, patch.patch.size, interpolation=cv2.INTER_AREA)
        left, top, right, bottom = patch.place
        cluster[top:bottom, left:right] = part
    return cluster


def map_to_frame(
    boxes: np.ndarray, scores: np.ndarray, labels: np.ndarray, placed: Sequence[Placed], frame: tuple[int, int]
) -> MappedDetections:
    """What was found in a cluster, (N, 4) x1, y1, x2, y2, (N,) and (N,), in pixels of the frame (width, height).

    Each belongs to the patch that its middle is in and is clipped to it; what lies in none, or goes on in another, is
    left out.
    """
    boxes = np.asarray(boxes, np.float64).reshape(-1, 4)
    places = np.array([patch.place for patch in placed], np.float64).reshape(-1, 4)
    middles = (boxes[:, None, :2] + boxes[:, None, 2:]) / 2
    both = (middles >= places[None, :, :2]) & (middles < places[None, :, 2:])
    inside = both[..., 0] & both[..., 1]
    rows = np.flatnonzero(np.any(inside, axis=1))
    owner = np.argmax(inside[rows], axis=1) if len(rows) else np.zeros(0, int)
    regions = np.array([patch.patch.region for patch in placed], np.float64).reshape(-1, 4)[owner]
    places = places[owner]
    low, high = places[:, :2], places[:, 2:]
    corners = np.clip(boxes[rows].reshape(-1, 2, 2), low[:, None], high[:, None])
    beside = np.concatenate([corners[:, 0] - low, high - corners[:, 1]], axis=1)
    near = np.maximum(TOUCHES, NEAR * np.tile(corners[:, 1] - corners[:, 0], 2))
    inner = np.concatenate([regions[:, :2] > 0, regions[:, 2:] < frame], axis=1)
    scale = (regions[:, 2:] - regions[:, :2]) / np.maximum(high - low, 1)
    mapped = (corners - low[:, None]) * scale[:, None] + regions[:, None, :2]
    found = MappedDetections(
        mapped.reshape(-1, 4), np.asarray(scores, float)[rows], np.asarray(labels, int)[rows], (beside <= near) & inner
    )
    # what goes on in the next patch is made of two things
    is_whole = compute_areas(corners.reshape(-1, 4)) > MIN_INSIDE * compute_areas(boxes[rows])
    return found[is_whole & (compute_areas(found.boxes) > 0)]


def suppress_duplicates(found: MappedDetections, max_overlap: float = 0.5) -> MappedDetections:
    """The detections without duplicates: of two in a class with an overlap (intersection over union) above
    `max_overlap`, the whole one stays rather than the cut one, then the surer one. A cut one with a share of more than
    `max_overlap` inside another of its class is dropped, too."""
    cut = np.any(found.cut, axis=1)
    order = np.lexsort((-found.scores, cut))
    found, cut = found[order], cut[order]
    overlap = compute_iou(found.boxes, found.boxes)
    within = np.where(cut[:, None], share_inside(found.boxes, found.boxes), 0.0)
    clash: np.ndarray = (np.maximum(overlap, within) > max_overlap) & (found.labels[:, None] == found.labels[None, :])
    np.fill_diagonal(clash, False)
    if not clash.any():
        return found
    kept: list[int] = []
    for row in range(len(found)):
        if not clash[row, kept].any():
            kept.append(row)
    return found[np.array(kept, int)]


def share_inside(boxes: np.ndarray, others: np.ndarray) -> np.ndarray:
    """The share of each of `boxes` that lies in each of `others`, (N, M) float64 in 0..1."""
    low = np.maximum(boxes[:, None, :2], others[None, :, :2])
    high = np.minimum(boxes[:, None, 2:], others[None, :, 2:])
    sides = np.maximum(high - low, 0)
    return sides[..., 0] * sides[..., 1] / np.maximum(compute_areas(boxes), 1e-9)[:, None]


def complete_cut_boxes(
    found: MappedDetections, boxes: np.ndarray, labels: np.ndarray, frame: tuple[int, int]
) -> tuple[MappedDetections, MappedDetections]:
    """What was found, cut sides completed by the sizes of the tracks (`boxes` (T, 4) and `labels` (T,)) that it is of,
    each thing once; and apart from it what was cut and lies in no track.

    Where both ends are cut off, the track says where they are.
    """
    cut = found.cut.any(axis=1)
    if not cut.any():
        inside = MappedDetections(clip(found.boxes, frame), found.scores, found.labels, found.cut)
        return suppress_duplicates(inside), found[np.flatnonzero(cut)]
    same = found.labels[:, None] == np.asarray(labels, int)[None, :]
    shared = np.where(same, share_inside(found.boxes, boxes), 0.0) if len(boxes) else np.zeros((len(found), 1))
    tracked = cut & (shared.max(axis=1, initial=0) > 0.5)
    whole = found.boxes.copy()
    for row in np.flatnonzero(tracked):
        track = boxes[shared[row].argmax()]
        for low, high in ((0, 2), (1, 3)):
            length = track[high] - track[low]
            if found.cut[row, low] and found.cut[row, high]:
                whole[row, [low, high]] = (
                    min(whole[row, low], track[low]),
                    max(whole[row, high], track[high]),
                )
            elif found.cut[row, low]:
                whole[row, low] = min(whole[row, low], whole[row, high] - length)
            elif found.cut[row, high]:
                whole[row, high] = max(whole[row, high], whole[row, low] + length)
    kept = suppress_duplicates(
        MappedDetections(clip(whole, frame), found.scores, found.labels, found.cut)[~cut | tracked]
    )
    there = np.concatenate([boxes.reshape(-1, 4), kept.boxes])
    known = share_inside(found.boxes, there).max(axis=1, initial=0) > 0.5
    return kept, found[cut & ~tracked & ~known]
