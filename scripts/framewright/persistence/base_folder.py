"""Taking in a folder of base clips that others made: traj_NNNNN.pt, and JSON beside it, in labels/ or ../labels/."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from framewright.persistence.base import Clip, compute_crc, count_visible
from framewright.persistence.base_files import locate_clip
from framewright.persistence.paths import CLASSES
from framewright.persistence.splits import choose_split
from framewright.study.record import read_record


def read_base_folder(
    folder: str | Path, seed: int, min_visible_share: float, indices: range
) -> Iterator[Clip | tuple[int, str, str]]:
    """Each clip as our base set has them, or its number, the reason in a word and in a sentence, why it can't be used.

    `min_visible_share` is the share of frames that must show something.
    """
    from framewright.persistence.tensors import load  # slow to import, and only needed here

    for index in indices:
        tensor, labels = locate_clip(folder, index)
        found = next((path for path in labels if path.is_file()), None)
        if not tensor.is_file():
            yield index, "missing", f"{tensor} is not there"
        elif found is None:
            yield index, "unlabelled", f"{tensor.stem}.json is neither beside it nor in labels/ or ../labels/"
        else:
            try:
                video = load(tensor)
                metadata = _check_metadata(read_record(found), video)
                yield Clip(index, video, _complete_metadata(metadata, video, index, seed, min_visible_share))
            except (OSError, ValueError) as error:
                yield index, "damaged", f"{tensor.name}: {error}"


def _check_metadata(metadata: Any, video: np.ndarray) -> dict[str, Any]:
    """The metadata if it can be that of the video."""
    if not isinstance(metadata, dict) or metadata.get("class") not in CLASSES:
        raise ValueError(f"its JSON names no class of {', '.join(CLASSES)}")
    frames, (height, width) = len(video), video.shape[2:]
    stated = metadata.get("num_frames", frames), list(metadata.get("resolution", [height, width]))
    if stated != (frames, [height, width]) or height != width:
        raise ValueError(f"{frames} frames of {width} x {height}, but its JSON says {stated[0]} of {stated[1]}")
    positions = metadata.get("positions")
    if positions is not None and np.shape(positions) != (frames, 3):
        raise ValueError(f"positions of shape {np.shape(positions)}, not {(frames, 3)}")
    return metadata


def _complete_metadata(
    metadata: dict[str, Any], video: np.ndarray, index: int, seed: int, min_visible_share: float
) -> dict[str, Any]:
    """The metadata with what our pipeline needs; `pixels` is where the bright pixels are, whatever was drawn there."""
    area = count_visible(video)
    if np.count_nonzero(area) < min_visible_share * len(area):
        raise ValueError(f"the sphere is out of view in {area.count(0)} of {len(area)} frames")
    known = {"num_frames": len(video), "resolution": list(video.shape[2:]), "num_cameras": 1}
    ours = {
        "pixels": _find_discs(video),
        "visible_area": area,
        "source_crc32": compute_crc(video),
        "source": index,
        "split": choose_split(seed, index),
        "seed": seed,
    }
    return known | metadata | {"taken": True} | ours


def _find_discs(video: np.ndarray) -> list[list[float]]:
    """x, y and radius of what is bright in each frame, as if it were a disc; far outside where nothing is."""
    discs = []
    for frame in video.max(axis=1):
        rows, columns = np.nonzero(frame)
        disc = (-99.0, -99.0, 0.0)
        if len(rows):
            disc = (columns.mean(), rows.mean(), max(np.ptp(columns), np.ptp(rows)) / 2)
        discs.append([round(float(value), 6) for value in disc])
    return discs
