"""What needs no learning: always the same answer, and tests that use one number of each frame.

A test that counts coloured pixels solves whatever colour gives away; one that counts lit pixels, whatever area does;
one that counts blobs, whatever number does. `one_frame` knows all three at once, and nothing of other frames.
"""

from collections.abc import Mapping

import cv2
import numpy as np

COLOURED = 24  # 255ths between the channels of a pixel that is called coloured: more than a camera's noise
LIT = 64  # of a pixel that is called lit
MEASURES = ("colour", "area", "blobs")
BASELINES = ("constant", *MEASURES, "one_frame")
MOST_BLOBS, AREAS = 9, 12  # blobs that are told apart, and classes of area: those of `one_frame`


def measure_frames(video: np.ndarray) -> dict[str, np.ndarray]:
    """(T,) each: how many pixels of each frame of a (T, 3, H, W) uint8 video are coloured, and lit; how many blobs."""
    brightest = video.max(axis=1)
    coloured = brightest.astype(np.int16) - video.min(axis=1) > COLOURED
    lit = brightest > LIT
    blobs = [cv2.connectedComponents(frame.astype(np.uint8))[0] - 1 for frame in lit]
    return {"colour": coloured.sum(axis=(1, 2)), "area": lit.sum(axis=(1, 2)), "blobs": np.array(blobs)}


def answer_frames(
    known: Mapping[str, np.ndarray], asked: Mapping[str, np.ndarray], shows: np.ndarray
) -> dict[str, np.ndarray]:
    """What each baseline says of the frames measured in `asked`: (clips, T) bool, whether they show a transient.

    It is fitted to the frames measured in `known`, of which `shows` is the truth.
    """
    answers = {"constant": np.full(asked["area"].shape, shows.mean() > 0.5)}
    answers |= {name: asked[name] > find_threshold(known[name], shows) for name in MEASURES}
    edges = np.quantile(known["area"], np.linspace(0, 1, AREAS + 1)[1:-1])
    tint = find_threshold(known["colour"], shows)
    cells = (_sort_frames(known, edges, tint), _sort_frames(asked, edges, tint))
    count = (MOST_BLOBS + 1) * AREAS * 2
    yes = np.bincount(cells[0][shows], minlength=count)
    of_all = np.bincount(cells[0].ravel(), minlength=count)
    table = np.where(of_all > 0, 2 * yes > of_all, shows.mean() > 0.5)
    return answers | {"one_frame": table[cells[1]]}


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


def _sort_frames(measures: Mapping[str, np.ndarray], edges: np.ndarray, tint: float) -> np.ndarray:
    """(clips, T) the cell of each frame: by its blobs, its area and whether it is coloured."""
    blobs = np.minimum(measures["blobs"], MOST_BLOBS)
    return (blobs * AREAS + np.searchsorted(edges, measures["area"], side="right")) * 2 + (measures["colour"] > tint)
