"""Finding objects in every frame while the detector looks at a small part of it.

    from framewright.detector import open_detector
    from framewright.flexpatch.runtime.runtime import FlexPatch

    flexpatch = FlexPatch(open_detector("yolo.onnx"), frame_size=(1920, 1080), tf_model_path="flexpatch_model.joblib")
    for frame in frames:  # (H, W, 3) uint8 RGB
        for thing in flexpatch.process_frame(frame):
            thing.box, thing.score, thing.label, thing.number, thing.fresh

The first frame is looked at as a whole. From then on objects are followed, and the detector sees patches of the frame
alone, packed into one small picture: around the tracks that are about to fail, and where new objects may be.
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
from framewright.flexpatch.runtime.detector_adapter import Sighted, eyes
from framewright.flexpatch.runtime.failing import PRIORITIES, Model, TrackingFailureRecommender
from framewright.flexpatch.runtime.packing import (
    Found,
    Patch,
    Placed,
    around,
    by_share,
    cluster_of,
    completed,
    for_new_objects,
    grown,
    mapped_back,
    merged,
    pack,
    shrunk,
    suppressed,
)

ACROSS, DOWN = 4, 2  # patches for new objects that fill a cluster: 20 x 22 cells of 8 pixels in one of 640x360
SHOWS_ALL = 0.5  # least scale of a patch that shows whatever is in it; below, only what it was made for
LEAST_SIDE = 0.6  # of a cluster's height: without some surroundings a detector misses what is small
UNCONFIRMED = 0.85  # factor of a score for each frame in which nothing confirmed the track
AROUND_CUT = 2.0  # padding of something that the edge of a patch cut off


@dataclass(frozen=True, eq=False)
class Thing:
    """An object in a frame: `box` (4,) float64 x1, y1, x2, y2 in its pixels and inside it, `score` in 0..1, `label` the
    number of its class, `number` its identity; `fresh` where the detector saw it in this very frame."""

    box: np.ndarray
    score: float
    label: int
    number: int
    fresh: bool


class FlexPatch:
    """Finds objects in the frames of a video of `frame_size` (width, height), one after the other.

    `detector` is whatever `framewright.flexpatch.runtime.detector_adapter` takes; it sees a cluster of
    `cluster_size` in one of `every` frames. Tracks that nothing confirms for `max_age` frames end. Of each cluster's
    area tracks get the share `tf_ratio`, new objects the rest; without `use_ratio_packing` so many of all clusters are
    for tracks alone, the others for new objects alone. Without a model (`tf_model_path`, or `set_tf_model`) fixed
    bounds say what fails. `patch_cells` (columns, rows) is the size of a patch for new objects in cells; None makes
    eight of them a cluster.
    """

    def __init__(
        self,
        detector: Any,
        frame_size: tuple[int, int],
        cluster_size: tuple[int, int] = (640, 360),
        cell_size: tuple[int, int] = (8, 8),
        max_age: int = 10,
        tf_ratio: float = 0.75,
        use_ratio_packing: bool = True,
        tf_model_path: Path | str | None = None,
        *,
        every: int = 1,
        padding_ratio: float = 1.0,
        patch_cells: tuple[int, int] | None = None,
        edge_weight: float = WEIGHT,
        edge_threshold: float = THRESHOLD,
        least_side: float | None = None,
        trust_model: bool = False,
    ) -> None:
        if not 0 <= tf_ratio <= 1 or every < 1:
            raise UserError(f"tf_ratio {tf_ratio} must lie within 0..1, and every {every} be at least 1")
        self.frame_size, self.cluster_size = tuple(frame_size), tuple(cluster_size)
        self.tf_ratio, self.use_ratio_packing, self.every = tf_ratio, use_ratio_packing, every
        self.patch_cells = patch_cells or tuple(
            max(1, side // parts // own)
            for side, parts, own in zip(cluster_size, (ACROSS, DOWN), cell_size, strict=True)
        )
        self.least_side = LEAST_SIDE * cluster_size[1] if least_side is None else least_side
        self.recommender = TrackingFailureRecommender(tf_model_path, padding_ratio, trust_model)
        self.follower = Follower(self.frame_size, max_age)
        self.cells = Cells(self.frame_size, cell_size, edge_weight, edge_threshold)
        self.frames = 0  # processed so far
        self.failing: list[Patch] = []  # what was predicted of each track before the detector saw the last frame
        self.told: dict[int, str] = {}  # what was last predicted of each track
        self.placed: list[Placed] = []  # the patches in the cluster of the last frame
        self.shown: np.ndarray | None = None  # the last cluster, (H, W, 3) uint8
        self._look = eyes(detector)
        self._cut: list[Patch] = []
        self._turn = 0

    def set_tf_model(self, model: Model | None) -> None:
        """Let this model, an object with `predict`, say which tracks fail."""
        self.recommender.set_model(model)

    def process_frame(self, frame: np.ndarray, first: Sighted | None = None) -> list[Thing]:
        """All objects in the next frame, (H, W, 3) uint8 RGB: those followed, and those found in it.

        What is in the first one may be known already: its boxes, scores and classes.
        """
        if frame.shape[1::-1] != self.frame_size:
            size = "{}x{}".format(*frame.shape[1::-1])
            raise UserError(f"a frame of {size} for a FlexPatch of {'{}x{}'.format(*self.frame_size)}")
        grey = cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY)
        fresh: set[int] = set()
        self.placed, self.failing = [], []
        if self.frames == 0:
            self.follower.start(grey, *(first or self._look(frame)))
            fresh = {track.number for track in self.follower.tracks}
        else:
            self.follower.move(grey)
            self.cells.wait()
            if self.frames % self.every == 0:
                fresh = self._examine(frame, grey)
        self.frames += 1
        boxes = clip(np.array([track.box for track in self.follower.tracks]), self.frame_size)
        return [
            Thing(box, track.score * UNCONFIRMED**track.age, track.label, track.number, track.number in fresh)
            for box, track in zip(boxes, self.follower.tracks, strict=True)
            if box[0] < box[2] and box[1] < box[3]
        ]

    def _examine(self, frame: np.ndarray, grey: np.ndarray) -> set[int]:
        """Let the detector see a cluster of this frame; the numbers of the tracks that it found."""
        tracks = self.follower.tracks
        boxes = np.array([track.box for track in tracks]).reshape(-1, 4)
        placed = pack(self._wanted(frame, grey, boxes), self.cluster_size)
        self.placed = grown(placed, self.cluster_size, self.frame_size)
        self._turn += 1
        if not self.placed:
            return set()
        self.shown = cluster_of(frame, self.placed, self.cluster_size)
        found = suppressed(mapped_back(*self._look(self.shown), self.placed, self.frame_size))
        labels = np.array([track.label for track in tracks], int)
        found, cut = completed(found, boxes, labels, self.frame_size)
        self._cut = self._around(cut)
        self.cells.look(own.patch.region for own in self.placed if own.patch.scale >= SHOWS_ALL)
        numbers = self.follower.refresh(grey, found.boxes, found.scores, found.labels, self._looked())
        return set(numbers.tolist())

    def _wanted(self, frame: np.ndarray, grey: np.ndarray, boxes: np.ndarray) -> list[Patch]:
        """Patches in the order in which they get a place."""
        width, height = self.cluster_size
        most = (width * self.tf_ratio if self.use_ratio_packing and self.tf_ratio else width, height)
        tracks = self.follower.tracks
        self.failing = self.recommender.get_patches(tracks, frame, self.frame_size, most, self.least_side)
        self.told = {patch.track: patch.label for patch in self.failing}
        failing = merged(self._cut + self.failing, most)
        chosen = self.cells.choose(grey, boxes, self.patch_cells, ACROSS * DOWN)
        new = [Patch(region, shrunk(region, self.cluster_size), priority) for region, priority in chosen]
        if self.use_ratio_packing:
            return by_share(failing, new, self.cluster_size, self.tf_ratio)
        return new + failing if for_new_objects(self._turn, self.tf_ratio) else failing + new

    def _around(self, cut: Found) -> list[Patch]:
        """Where to look next, to see the whole of what was cut off."""
        regions = [(around(box, AROUND_CUT, self.frame_size, self.cluster_size), box) for box in cut.boxes]
        return [
            Patch(region, shrunk(region, self.cluster_size), PRIORITIES["high"], tuple(box.tolist()), None, "cut")
            for region, box in regions
            if region is not None
        ]

    def _looked(self) -> np.ndarray:
        """The areas where whatever is there would have been found, (M, 4): of strongly down-sampled patches only the
        box that they are about."""
        areas: list[Sequence[float]] = [
            own.patch.region if own.patch.scale >= SHOWS_ALL or own.patch.box is None else own.patch.box
            for own in self.placed
        ]
        return np.array(areas, np.float64).reshape(-1, 4)
