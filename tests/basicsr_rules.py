"""What BasicSR's loaders ask of a folder, stated again: the package does not import beside a current torchvision."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from framewright.patches.stack import read_png


def read_options(options: Mapping[str, Any]) -> Iterator[tuple[str, np.ndarray, np.ndarray]]:
    """The pairs that its PairedImageDataset yields under the options of a training (`datasets: {train: ...}`, `scale`).

    A line's first word is the file in both folders. Its random crop refuses a GT that is not `scale` to one, and one
    that is smaller than `gt_size`.
    """
    of, scale = options["datasets"]["train"], options["scale"]
    assert of["type"] == "PairedImageDataset" and of["io_backend"] == {"type": "disk"}
    for line in Path(of["meta_info_file"]).read_text().splitlines():
        name = line.strip().split(" ")[0]
        gt, lq = (read_png(Path(of[f"dataroot_{kind}"]) / name) for kind in ("gt", "lq"))
        height, width, channels = map(int, re.fullmatch(r".+ \((\d+),(\d+),(\d+)\)", line).groups())
        assert gt.shape == (height, width, channels)
        assert gt.shape[0] == lq.shape[0] * scale and gt.shape[1] == lq.shape[1] * scale
        assert min(gt.shape[:2]) >= of["gt_size"] and of["gt_size"] % scale == 0
        yield name, gt, lq


def read_pairs(folder: Path, scale: int = 3) -> Iterator[tuple[str, np.ndarray, np.ndarray]]:
    """The same of a folder `pairs`."""
    places = {"dataroot_gt": folder / "GT", "dataroot_lq": folder / "LQ", "meta_info_file": folder / "meta_info.txt"}
    of = {"type": "PairedImageDataset", "io_backend": {"type": "disk"}, "gt_size": scale, **places}
    return read_options({"datasets": {"train": of}, "scale": scale})


def read_scenes(folder: Path, frames: int = 7) -> Iterator[tuple[str, np.ndarray, np.ndarray]]:
    """The rules of its loaders of video: `<scene> <number> (h,w,c)`, neighbours by eight digits around a sharp one."""
    for line in (folder / "meta_info.txt").read_text().splitlines():
        scene, number, _ = line.split(" ")
        assert int(number) == frames
        middle = frames // 2
        around = [read_png(folder / "LQ" / scene / f"{middle + k:08d}.png") for k in range(-middle, middle + 1)]
        yield scene, read_png(folder / "GT" / scene / f"{middle:08d}.png"), np.stack(around)
