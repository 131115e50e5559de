"""What needs no learning: always the same answer, and tests that look at one number of each frame.

A test that counts coloured pixels solves whatever colour gives away; one that counts lit pixels, what brightness does.
"""

import numpy as np

COLOURED = 24  # 255ths between the channels of a pixel that is called coloured: more than a camera's noise
LIT = 64  # of a pixel that is called lit
MEASURES = ("colour", "light")


def measure_frames(video: np.ndarray) -> dict[str, np.ndarray]:
    """(T,) each: how many pixels of each frame of a (T, 3, H, W) uint8 video are coloured, and how many are lit."""
    most = video.max(axis=1)
    coloured = most.astype(np.int16) - video.min(axis=1) > COLOURED
    return {"colour": coloured.sum(axis=(1, 2)), "light": (most > LIT).sum(axis=(1, 2))}


def find_threshold(measure: np.ndarray, true: np.ndarray) -> float:
    """The threshold above which a measure is best called `true`, of all there are; infinite if never is best."""
    measure, true = np.asarray(measure, float).ravel(), np.asarray(true, bool).ravel()
    order = np.argsort(measure, kind="stable")
    levels, starts = np.unique(measure[order], return_index=True)
    above = true[order][::-1].cumsum()[::-1]  # true ones at this place and after it
    right = above[starts] + (starts - (true.sum() - above[starts]))  # those above, and the others below
    if np.sum(~true) >= right.max():
        return float("inf")
    best = int(np.argmax(right))
    return float((levels[best] + levels[best - 1]) / 2) if best else float(levels[0] - 1)


def answer_clips(train: np.ndarray, persistent: np.ndarray, test: np.ndarray) -> np.ndarray:
    """(clips, T) bool: whether each test clip is called persistent after each frame, by counting.

    `train` and `test` are (clips, T), whether a frame is taken to show a transient; thresholds come from `train` and
    its labels `persistent`, one for each number of frames seen.
    """
    counts, asked = np.cumsum(train, axis=1), np.cumsum(test, axis=1)
    thresholds = [find_threshold(-counts[:, seen], persistent) for seen in range(counts.shape[1])]
    return -asked > np.array(thresholds)
