"""Clips and their labels for PyTorch, read when they are asked for."""

import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch.utils.data import Dataset

from framewright.errors import UserError
from framewright.persistence.arm_folder import STEM
from framewright.persistence.base import find_camera
from framewright.persistence.paths import CLASSES
from framewright.persistence.splits import SPLITS
from framewright.persistence.store import Clips
from framewright.study.rows import list_served
from framewright.video.tensors import in_range

GRID = 16  # cells across and down, of the labels that say where transients are


class PersistenceClips(Dataset[dict[str, torch.Tensor]]):
    """The clips of one split of a dataset's folder, in whatever storage.

    Of the other splits nothing is read but their metadata, once, to know that no source leaks. An item has

    video       (T, 3, H, W) uint8 RGB, or float32 with `range=(0, 1)` or any two numbers
    clean       (T,) 1.0 where a frame has no transient
    persistent  1.0 or 0.0, of the whole clip
    kind        the number of its class
    positions   (T, 3) of the real sphere as the camera sees it, not-a-number where unknown
    cells       (T, GRID, GRID) 1.0 where transients are

    `digest` changes with anything that a label says.

    >>> clips = PersistenceClips("results/persistence/dataset", "train")
    >>> clips[0]["video"].dtype, clips[0]["positions"].shape[1]
    (torch.uint8, 3)
    """

    def __init__(
        self, clips: Clips | str | Path, split: str = "train", range: tuple[float, float] | None = None
    ) -> None:
        if not isinstance(clips, Clips):
            if list_served(clips) == []:
                raise UserError(f"{clips}: no row of its study names its clips; run snakemake, or name another folder")
            clips = Clips(clips, STEM)
        if split not in SPLITS:
            raise UserError(f"split = {split!r}: must be one of {', '.join(SPLITS)}")
        self.clips, self.range, self.epoch = clips, range, 0
        self.places: list[int] = []
        sources: dict[int, str] = {}
        labels: dict[str, set[bool]] = {name: set() for name in SPLITS}
        digest = hashlib.sha256()
        shapes = set()
        for place, _ in enumerate(clips.numbers):
            metadata = clips.metadata(place)
            source, part = metadata["source"], metadata["split"]
            if sources.setdefault(source, part) != part:
                raise UserError(f"source {source} is in {sources[source]} and in {part}: a leak")
            labels[part].add(metadata["persistent"])
            shapes.add((metadata["num_frames"], *metadata["resolution"]))
            if part == split:
                self.places.append(place)
                digest.update(json.dumps(metadata).encode())
        self.digest = digest.hexdigest()
        self.frames = min((shape[0] for shape in shapes), default=0)
        if len(shapes) > 1:
            raise UserError(
                f"clips of (frames, height, width) {sorted(shapes)} can't be learnt from together; take one"
            )
        for name, seen in labels.items():
            if len(seen) < 2:
                raise UserError(f"all clips in {name} are of one class; raise persistence.samples, or train no models")

    def __len__(self) -> int:
        return len(self.places)

    def __getitem__(self, position: int) -> dict[str, torch.Tensor]:
        clip = self.clips[self.places[position]]
        return {"video": in_range(torch.from_numpy(clip.video.copy()), self.range), **make_labels(clip.metadata)}

    def set_epoch(self, epoch: int) -> None:
        """Tell the epoch, as to every dataset here. Clips are the same in each."""
        self.epoch = epoch

    def augment(self, batch: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
        """The same clips seen in a mirror, as likely as they are, and as true."""
        return mirror(batch)

    def batch(self, positions: list[int]) -> dict[str, torch.Tensor]:
        """Several items in one, stacked."""
        items = [self[position] for position in positions]
        return {key: torch.stack([item[key] for item in items]) for key in items[0]}


def make_labels(metadata: dict[str, Any]) -> dict[str, torch.Tensor]:
    """What is true of a clip, as tensors."""
    frames = metadata["num_frames"]
    positions = find_camera(metadata).seen(metadata.get("positions", np.full((frames, 3), np.nan)))
    return {
        "clean": torch.tensor(metadata["frame_labels"], dtype=torch.float32),
        "persistent": torch.tensor(float(metadata["persistent"])),
        "kind": torch.tensor(CLASSES.index(metadata["class"])),
        "positions": torch.tensor(positions, dtype=torch.float32),
        "cells": torch.from_numpy(mark_cells(metadata["transient_details"], frames, metadata["resolution"][0])),
    }


def mark_cells(details: list[dict[str, Any]], frames: int, size: int) -> np.ndarray:
    """(frames, GRID, GRID) float32: 1 in each cell that the square around a transient reaches."""
    cells = np.zeros((frames, GRID, GRID), np.float32)
    for detail in details:
        for age, parts in enumerate(detail["pixels"]):
            *middle, radius = np.mean(parts, axis=0)
            first, last = ((np.add(middle, reach) * GRID / size).astype(int) for reach in (-radius, radius))
            first, last = np.maximum(first, 0), np.minimum(last, GRID - 1)
            cells[detail["start_frame"] + age, first[1] : last[1] + 1, first[0] : last[0] + 1] = 1
    return cells


def mirror(batch: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """The same clips seen in a mirror, left and right exchanged: as likely as they are, and as true."""
    across = batch["positions"] * batch["positions"].new_tensor([-1.0, 1.0, 1.0])
    return batch | {"video": batch["video"].flip(4), "cells": batch["cells"].flip(3), "positions": across}
