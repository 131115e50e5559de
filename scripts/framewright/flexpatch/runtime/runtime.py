"""Finding objects in every frame while the detector examines a small part of it.

    from framewright.detector import open_detector
    from framewright.flexpatch import FlexPatch

    flexpatch = FlexPatch(open_detector("yolo.onnx"), frame_size=(1920, 1080), tf_model_path="flexpatch_model.joblib")
    for frame in frames:  # (H, W, 3) uint8 RGB
        for thing in flexpatch.process_frame(frame):
            thing.box, thing.score, thing.label, thing.number, thing.fresh

The detector examines the first frame as a whole. From then on objects are followed, and it sees only patches of the
frame, packed into one small picture: around tracks that are about to fail, and where new objects may be.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from framewright.boxes import clip
from framewright.errors import UserError
from framewright.flexpatch.follow.follower import Follower
from framewright.flexpatch.runtime.cells import THRESHOLD, WEIGHT, Cells
from framewright.flexpatch.runtime.detector_adapter import DetectionArrays, adapt_detector
from framewright.flexpatch.runtime.failing import PRIORITY, Model, Predictor, TrackingFailureRecommender
from framewright.flexpatch.runtime.packing import (
    MappedDetections,
    Patch,
    Placed,
    complete_cut_boxes,
    fit_size,
    grow_patches,
    is_turn_for_new_objects,
    map_to_frame,
    merge_patches,
    order_by_share,
    pack,
    pad_box,
    paint_cluster,
    suppress_duplicates,
)
from framewright.flexpatch.runtime.schedule import Schedule, Step
from framewright.flexpatch.runtime.slices import detect_in_slices
from framewright.flexpatch.samples.fixed_input import warn_of_fixed_input
from framewright.flexpatch.tree.forest import PRETRAINED, Forest

ACROSS, DOWN = 4, 2  # patches for new objects that fill a cluster: 20 x 22 cells of 8 pixels in one of 640x360
MIN_SCALE = 0.5  # of a patch in which any object is found; below, only the one it was made for
MIN_SIDE = 0.6  # of a cluster's height: without some surroundings a detector misses what is small
UNCONFIRMED = 0.85  # factor of the score for each frame without confirmation of the track
CUT_PADDING = 2.0  # of an object that the edge of a patch cut off
PATIENCE = 6  # clusters after which new objects come first, whatever the need of tracks
URGENT = 25.0  # priority from which on a track comes before new objects


@dataclass(frozen=True, eq=False)
class TrackedObject:
    """An object in a frame: `box` (4,) float64 x1, y1, x2, y2 in its pixels and inside it, `score` in 0..1, `label` the
    number of its class, `number` its identity; `fresh` where the detector saw it in this very frame."""

    box: np.ndarray
    score: float
    label: int
    number: int
    fresh: bool


class FlexPatch:
    """Finds objects in the frames of a video of `frame_size` (width, height), one after the other.

    `detector` is whatever `framewright.flexpatch.runtime.detector_adapter` accepts. It sees a cluster of
    `cluster_size` in one of `every` frames. With a `budget`, the share of all whole frames' pixels that it may see, the
    runtime chooses between clusters and whole frames. Tracks that nothing confirms for `max_age` frames end. The model
    of `tf_model_path` ranks tracks: by default the one that ships; None takes fixed bounds.

    Tracks and new objects share clusters by need. With `use_ratio_packing`, tracks get the share `tf_ratio` of each
    cluster's area; with False, that share of the clusters. `patch_cells` (columns, rows) is the size of a patch for new
    objects in cells; None fits eight into a cluster. With a `zoom` above 1 the detector examines whole frames reduced
    by it, and the first one also in slices.

    >>> import numpy as np
    >>> class Finder:
    ...     def end2end(self, picture):  # finds one bright thing
    ...         rows, columns = np.nonzero(picture[..., 0] > 200)
    ...         return [((columns.min(), rows.min(), columns.max() + 1, rows.max() + 1), 0.9, 0)] if len(rows) else []
    >>> frame = np.full((360, 640, 3), 90, np.uint8)
    >>> frame[100:140, 200:260] = 255
    >>> flexpatch = FlexPatch(detector=Finder(), frame_size=(640, 360), cluster_size=(320, 180))
    >>> [thing.box.tolist() for thing in flexpatch.process_frame(frame)]
    [[200.0, 100.0, 260.0, 140.0]]
    """

    def __init__(
        self,
        detector: Any,
        frame_size: tuple[int, int],
        cluster_size: tuple[int, int] = (640, 360),
        cell_size: tuple[int, int] = (8, 8),
        max_age: int = 10,
        tf_ratio: float = 0.75,
        use_ratio_packing: bool | None = None,
        tf_model_path: Path | str | None = PRETRAINED,
        *,
        every: int = 1,
        budget: float | None = None,
        zoom: float = 1.0,
        padding_ratio: float = 1.0,
        patch_cells: tuple[int, int] | None = None,
        edge_weight: float = WEIGHT,
        edge_threshold: float = THRESHOLD,
        min_side: float | None = None,
        trust_model: bool = False,
    ) -> None:
        if not 0 <= tf_ratio <= 1 or every < 1 or zoom < 1:
            raise UserError(f"tf_ratio {tf_ratio} must lie within 0..1, every {every} and zoom {zoom:g} be at least 1")
        self.frame_size, self.cluster_size = frame_size, cluster_size
        self.tf_ratio, self.use_ratio_packing, self.every, self.zoom = tf_ratio, use_ratio_packing, every, zoom
        self.patch_cells = patch_cells or (
            max(1, cluster_size[0] // ACROSS // cell_size[0]),
            max(1, cluster_size[1] // DOWN // cell_size[1]),
        )
        self.min_side = MIN_SIDE * cluster_size[1] if min_side is None else min_side
        self.recommender = TrackingFailureRecommender(tf_model_path, padding_ratio, trust_model)
        self.follower = Follower(self.frame_size, max_age)
        self.cells = Cells(self.frame_size, cell_size, edge_weight, edge_threshold)
        share = cluster_size[0] * cluster_size[1] * zoom**2 / (frame_size[0] * frame_size[1])
        self.schedule = Schedule(share, every, budget, zoom)
        self.frames = 0  # processed so far
        self.step = Step.WHOLE  # what the detector saw of the last frame
        self.failing: list[Patch] = []  # a patch for each track, before the detector saw the last frame
        self.labels: dict[int, str] = {}  # the last prediction of each track
        self.placed: list[Placed] = []  # the patches in the cluster of the last frame
        self.shown: np.ndarray | None = None  # the last cluster, (H, W, 3) uint8
        self.is_new_turn = False  # whether new objects came first in the last cluster
        self._detect = adapt_detector(detector)
        warn_of_fixed_input(detector)
        self._cut: list[Patch] = []
        self._turn = self._since_new = 0

    def set_tf_model(self, model: Model | Predictor | Forest | None) -> None:
        """Let this model, an object with `predict`, say which tracks fail."""
        self.recommender.set_model(model)

    def process_frame(self, frame: np.ndarray, first: DetectionArrays | None = None) -> list[TrackedObject]:
        """All objects in the next frame, (H, W, 3) uint8 RGB: those followed, and those found in it.

        `first` holds the boxes, scores and classes of the first frame, if they are there already.
        """
        if frame.shape[1::-1] != self.frame_size:
            size = "{}x{}".format(*frame.shape[1::-1])
            raise UserError(f"a frame of {size} for a FlexPatch of {'{}x{}'.format(*self.frame_size)}")
        grey = self._to_grey(frame)
        fresh: set[int] = set()
        self.placed, self.failing = [], []
        if self.frames == 0:
            self.follower.start(grey, *(first or self._examine_first(frame)))
            fresh = {track.number for track in self.follower.tracks}
        else:
            self.follower.move(grey)
            self.cells.wait()
            boxes = self._boxes()
            self.step = self.schedule.decide(self.frames, boxes, self.frame_size)
            if self.step is Step.WHOLE:
                fresh = self._examine_whole(frame, grey)
            elif self.step is Step.CLUSTER:
                fresh = self._examine(frame, grey, boxes)
        self.frames += 1
        return list_objects(self.follower, fresh)

    def _to_grey(self, frame: np.ndarray) -> np.ndarray:
        """(H, W) uint8, at half the size where objects are followed at that: then it is reduced once for all."""
        grey = cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY)
        width, height = self.frame_size
        half = width // 2, height // 2
        return cv2.resize(grey, half, interpolation=cv2.INTER_AREA) if self.follower.size == half else grey

    def _boxes(self) -> np.ndarray:
        return np.array([track.box for track in self.follower.tracks]).reshape(-1, 4)

    def _examine_first(self, frame: np.ndarray) -> DetectionArrays:
        """The detections in the whole first frame; with a zoom, small ones from slices."""
        if self.zoom <= 1:
            return self._detect(frame)
        parts = [self._detect_whole(frame), detect_in_slices(self._detect, frame, self.cluster_size)]
        boxes, scores, labels = (np.concatenate([part[k] for part in parts]) for k in range(3))
        kept = suppress_duplicates(MappedDetections(boxes, scores, labels, np.zeros((len(boxes), 4), bool)))
        return kept.boxes, kept.scores, kept.labels

    def _detect_whole(self, frame: np.ndarray) -> DetectionArrays:
        if self.zoom <= 1:
            return self._detect(frame)
        width, height = (max(1, round(side / self.zoom)) for side in self.frame_size)
        boxes, scores, labels = self._detect(cv2.resize(frame, (width, height), interpolation=cv2.INTER_AREA))
        scale = np.array(self.frame_size, float) / (width, height)
        return boxes * np.tile(scale, 2), scores, labels

    def _examine_whole(self, frame: np.ndarray, grey: np.ndarray) -> set[int]:
        """Let the detector examine the whole frame; returns the numbers of the tracks that it found."""
        self._predict(frame, None)
        self.shown, self._cut = frame, []
        boxes, scores, labels = self._detect_whole(frame)
        numbers = self.follower.refresh(grey, boxes, scores, labels)
        self.cells.examine([(0, 0, *self.frame_size)])
        return set(numbers.tolist())

    def _examine(self, frame: np.ndarray, grey: np.ndarray, boxes: np.ndarray) -> set[int]:
        """Let the detector examine a cluster of this frame; returns the numbers of the tracks that it found."""
        tracks = self.follower.tracks
        placed = pack(self._order_patches(frame, grey, boxes), self.cluster_size)
        self.placed = grow_patches(placed, self.cluster_size, self.frame_size)
        self._turn += 1
        if not self.placed:
            return set()
        self.shown = paint_cluster(frame, self.placed, self.cluster_size)
        found = suppress_duplicates(map_to_frame(*self._detect(self.shown), self.placed, self.frame_size))
        labels = np.array([track.label for track in tracks], int)
        found, cut = complete_cut_boxes(found, boxes, labels, self.frame_size)
        self._cut = self._around(cut)
        self.cells.examine(placed.patch.region for placed in self.placed if placed.patch.scale >= MIN_SCALE)
        numbers = self.follower.refresh(grey, found.boxes, found.scores, found.labels, self._examined())
        return set(numbers.tolist())

    def _predict(self, frame: np.ndarray, max_size: tuple[float, float] | None) -> None:
        tracks = self.follower.tracks
        self.failing = self.recommender.get_patches(tracks, frame, self.frame_size, max_size, self.min_side)
        self.labels = {patch.track: patch.label for patch in self.failing if patch.track is not None}

    def _order_patches(self, frame: np.ndarray, grey: np.ndarray, boxes: np.ndarray) -> list[Patch]:
        """Patches in the order in which they get a place."""
        width, height = self.cluster_size
        max_size = (width * self.tf_ratio if self.use_ratio_packing and self.tf_ratio else width, height)
        self._predict(frame, max_size)
        chosen = self.cells.choose(grey, boxes, self.patch_cells, ACROSS * DOWN)
        new = [Patch(region, fit_size(region, self.cluster_size), priority) for region, priority in chosen]
        if self.use_ratio_packing is None:
            return self._order_by_need(new, max_size)
        failing = merge_patches(self._cut + self.failing, max_size)
        if self.use_ratio_packing:
            return order_by_share(failing, new, self.cluster_size, self.tf_ratio)
        self.is_new_turn = is_turn_for_new_objects(self._turn, self.tf_ratio)
        return new + failing if self.is_new_turn else failing + new

    def _order_by_need(self, new: list[Patch], max_size: tuple[float, float]) -> list[Patch]:
        """Tracks at risk first, then new objects, then calm tracks; after PATIENCE clusters new objects come first."""
        urgent = [patch for patch in self.failing if patch.priority >= URGENT]
        calm = self.failing[len(urgent) :]  # they are in order
        self._since_new += 1
        self.is_new_turn = bool(new) and (self._since_new >= PATIENCE or not (urgent or self._cut))
        if self.is_new_turn:
            self._since_new = 0
            return new[:2] + merge_patches(self._cut + urgent, max_size) + new[2:] + calm
        return merge_patches(self._cut + urgent, max_size) + new + merge_patches(calm, max_size)

    def _around(self, cut: MappedDetections) -> list[Patch]:
        """Patches that will show the whole of what was cut off."""
        regions = [(pad_box(box, CUT_PADDING, self.frame_size, self.cluster_size), box) for box in cut.boxes]
        return [
            Patch(region, fit_size(region, self.cluster_size), PRIORITY, tuple(box.tolist()), None, "cut")
            for region, box in regions
            if region is not None
        ]

    def _examined(self) -> np.ndarray:
        """The areas where any object would have been found, (M, 4): of a strongly down-sampled patch only its box."""
        areas: list[Sequence[float]] = [
            placed.patch.region if placed.patch.scale >= MIN_SCALE or placed.patch.box is None else placed.patch.box
            for placed in self.placed
        ]
        return np.array(areas, np.float64).reshape(-1, 4)


def list_objects(follower: Follower, fresh: set[int]) -> list[TrackedObject]:
    """The tracks inside the frame as objects; `fresh` holds the numbers of those just found."""
    boxes = clip(np.array([track.box for track in follower.tracks]), follower.frame_size)
    return [
        TrackedObject(box, track.score * UNCONFIRMED**track.age, track.label, track.number, track.number in fresh)
        for box, track in zip(boxes, follower.tracks, strict=True)
        if box[0] < box[2] and box[1] < box[3]
    ]
