"""Which samples a model is trained on and which are held out: other videos or another time, never rows at random.

Neighbouring frames are nearly the same. A gap in time separates training samples from held-out ones.
"""

from collections.abc import Iterator, Mapping

import numpy as np
import pandas as pd

TRAIN, HELD_OUT, GAP = "train", "held-out", "gap"
BLOCKS = 5  # of time, for folds within the training samples


def split_samples(
    samples: pd.DataFrame, by: str, share: float, gap: float, splits: Mapping[str, str] | None = None
) -> np.ndarray:
    """For each sample TRAIN, HELD_OUT or GAP, (N,) str.

    `by` is "video" or "time", or "auto": by video with four or more videos. By time, the last `share` of each video is
    held out, and the `gap` seconds before it are left out. By video, those are held out that the table puts into val
    or test (`splits`), or as many of the last ones by name as hold `share` of the samples.
    """
    videos = sorted(samples["video"].unique())
    if by == "auto":
        by = "video" if len(videos) >= 4 else "time"
    if by == "time" or len(videos) < 2:
        ends = samples.groupby("video")["time"].agg(["min", "max"])
        begins = ends["min"] + (1 - share) * (ends["max"] - ends["min"])
        begin, time = samples["video"].map(begins).to_numpy(), samples["time"].to_numpy()
        return np.where(time >= begin, HELD_OUT, np.where(time < begin - gap, TRAIN, GAP))
    held = {video for video, split in (splits or {}).items() if split in ("val", "test")} & {*videos}
    counts, number = samples["video"].value_counts(), 0
    for video in reversed(videos[1:]) if not held else ():
        if held and number + counts[video] > share * len(samples):
            break
        held.add(video)
        number += counts[video]
    return np.where(samples["video"].isin(held), HELD_OUT, TRAIN)


def time_folds(samples: pd.DataFrame, gap: float) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Pairs of row numbers (for training, for rating), BLOCKS of them: each rates a stretch of time of every video, and
    trains on rows at least `gap` seconds away from it."""
    ends = samples.groupby("video")["time"].agg(["min", "max"])
    first, last = (samples["video"].map(ends[name]).to_numpy() for name in ("min", "max"))
    time, length = samples["time"].to_numpy(), np.maximum(last - first, 1e-9) / BLOCKS
    block = np.minimum((time - first) // length, BLOCKS - 1)
    for number in range(BLOCKS):
        begin, end = first + number * length, first + (number + 1) * length
        near = (time >= begin - gap) & (time < end + gap)
        rated = block == number
        if rated.any() and (~near & ~rated).any():
            yield np.flatnonzero(~near & ~rated), np.flatnonzero(rated)
