"""How far two sets of videos are apart in the judge's features, and whether that distance can be trusted.

The distance is the squared maximum mean discrepancy (MMD), unbiased, with Gaussian kernels of three widths over
features that were standardized by the data's mean and spread. It is bounded: nothing is farther than 2. It is no FVD:
another network, other features, another kernel.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

WIDTHS = (0.5, 1.0, 2.0)  # of the kernels, in units of the data's spread
FOLDS = 3  # times the spread of the floor by which damage must stand out


@dataclass(frozen=True)
class Control:
    """A damage that the distance must see: its distances over several draws, beside those of undamaged data."""

    name: str
    distances: tuple[float, ...]
    floor: tuple[float, ...]

    @property
    def passes(self) -> bool:
        """Whether it exceeds the floor by three times the spread over draws, the larger one of both."""
        spread = max(float(np.std(self.floor)), float(np.std(self.distances)))
        return float(np.mean(self.distances)) - float(np.mean(self.floor)) > FOLDS * spread


def standardize_features(features: np.ndarray, data: np.ndarray) -> np.ndarray:
    """(n, d) features in units of the data's spread, around its mean; what never varies in the data counts as it is."""
    spread = data.std(axis=0)
    return (features - data.mean(axis=0)) / np.where(spread > 1e-6, spread, 1)


def compute_mmd(one: np.ndarray, other: np.ndarray) -> float:
    """The unbiased squared discrepancy of two sets of features, (n, d) and (m, d); around 0 where they are alike."""
    within = [_kernel(each, each) for each in (one, other)]
    means = [(kernel.sum() - np.trace(kernel)) / (len(kernel) * (len(kernel) - 1)) for kernel in within]
    return float(sum(means) - 2 * _kernel(one, other).mean())


def mmd_by_class(one: np.ndarray, one_labels: np.ndarray, other: np.ndarray, other_labels: np.ndarray) -> float:
    """The mean of the discrepancies of each class; classes of fewer than two videos on a side are left out."""
    found = []
    for label in np.unique(one_labels):
        its, others = one[one_labels == label], other[other_labels == label]
        if min(len(its), len(others)) > 1:
            found.append(compute_mmd(its, others))
    return float(np.mean(found)) if found else float("nan")


def bootstrap(values: np.ndarray, seed: int, draws: int = 1000) -> tuple[float, float, float]:
    """The mean of values (n,), and the interval that holds the means of 95 % of resampled sets."""
    rng = np.random.default_rng(seed)
    means = values[rng.integers(0, len(values), (draws, len(values)))].mean(axis=1)
    low, high = np.percentile(means, [2.5, 97.5])
    return float(values.mean()), float(low), float(high)


def size_curve(
    one: np.ndarray, other: np.ndarray, sizes: Sequence[int], rng: np.random.Generator
) -> dict[int, dict[str, float]]:
    """The distance of random parts of both sets by their size: mean and spread over five draws."""
    curve = {}
    for size in sizes:
        found = [
            compute_mmd(one[rng.permutation(len(one))[:size]], other[rng.permutation(len(other))[:size]])
            for _ in range(5)
        ]
        curve[size] = {"mean": float(np.mean(found)), "spread": float(np.std(found))}
    return curve


def measure_nearest(videos: np.ndarray, others: np.ndarray) -> np.ndarray:
    """(n,) root mean squared differences of each video to the nearest of the others; (n, ...) and (m, ...) arrays."""
    flat, rest = (each.reshape(len(each), -1).astype(np.float64) for each in (videos, others))
    return np.sqrt(_squares(flat, rest).min(axis=1) / flat.shape[1])


def _kernel(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """(n, m) from 0 to 1: the mean of Gaussians whose widths fit standardized features of any number."""
    apart = _squares(one.astype(np.float64), other.astype(np.float64)) / one.shape[1]
    return np.mean([np.exp(-apart / (2 * width**2)) for width in WIDTHS], axis=0)


def _squares(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    return np.maximum((one**2).sum(1)[:, None] + (other**2).sum(1) - 2 * one @ other.T, 0)
