"""Clips and their labels for PyTorch, read when they are asked for."""

from typing import Any

import numpy as np
import torch
from torch.utils.data import Dataset

from framewright.errors import UserError
from framewright.persistence.paths import CLASSES
from framewright.persistence.splits import SPLITS
from framewright.persistence.store import Clips

GRID = 16  # cells across and down, of the labels that say where transients are


class ClipDataset(Dataset):
    """The clips of one split; nothing but their labels is kept in memory.

    An item is a dict: `video` (T, 3, H, W) uint8; `clean` (T,) 1.0 where a frame has no transient; `persistent` 1.0 or
    0.0 for the whole clip; `kind` the number of its class; `positions` (T, 3) of the real sphere, not-a-number where
    unknown; `cells` (T, GRID, GRID) 1.0 where transients are.
    """

    def __init__(self, clips: Clips, split: str) -> None:
        self.clips = clips
        metadata = [clips.metadata(position) for position in range(len(clips))]
        check_splits(metadata)
        self.places = [place for place, own in enumerate(metadata) if own["split"] == split]
        self.labels = [labels_of(metadata[place]) for place in self.places]

    def __len__(self) -> int:
        return len(self.places)

    def __getitem__(self, position: int) -> dict[str, torch.Tensor]:
        video = torch.from_numpy(self.clips.video(self.places[position]).copy())
        return {"video": video, **self.labels[position]}

    def batch(self, positions: list[int]) -> dict[str, torch.Tensor]:
        """Several items in one, stacked."""
        items = [self[position] for position in positions]
        return {key: torch.stack([item[key] for item in items]) for key in items[0]}


def labels_of(metadata: dict[str, Any]) -> dict[str, torch.Tensor]:
    """What is true of a clip, as tensors."""
    frames, size = metadata["num_frames"], metadata["resolution"][0]
    cells = np.zeros((frames, GRID, GRID), np.float32)
    for own in metadata["transient_details"]:
        for age, parts in enumerate(own["pixels"]):
            x, y, radius = np.mean(parts, axis=0)
            low = np.clip(np.floor((np.array([x, y]) - radius) * GRID / size), 0, GRID - 1).astype(int)
            high = np.clip(np.floor((np.array([x, y]) + radius) * GRID / size), 0, GRID - 1).astype(int)
            cells[own["start_frame"] + age, low[1] : high[1] + 1, low[0] : high[0] + 1] = 1
    positions = metadata.get("positions", np.full((frames, 3), np.nan))
    return {
        "clean": torch.tensor(metadata["frame_labels"], dtype=torch.float32),
        "persistent": torch.tensor(float(metadata["persistent"])),
        "kind": torch.tensor(CLASSES.index(metadata["class"])),
        "positions": torch.tensor(np.asarray(positions), dtype=torch.float32),
        "cells": torch.from_numpy(cells),
    }


def check_splits(metadata: list[dict[str, Any]]) -> None:
    """Raise where a source is in two splits, or where a split has but one kind of clip: nothing could be learnt."""
    split_of: dict[int, str] = {}
    for own in metadata:
        if split_of.setdefault(own["source"], own["split"]) != own["split"]:
            raise UserError(f"source {own['source']} is in {split_of[own['source']]} and in {own['split']}: a leak")
    for split in SPLITS:
        labels = [own["persistent"] for own in metadata if own["split"] == split]
        if len(set(labels)) < 2:
            raise UserError(
                f"the {len(labels)} clips in {split} are all of one class; raise persistence.samples ({len(metadata)})"
            )
