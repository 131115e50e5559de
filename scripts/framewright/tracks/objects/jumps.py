"""Tracklets that change their subject are split: where what they show looks otherwise, or is of another size, for long.

While one thing hides another, a tracklet may go on with the wrong one. Neither box nor a single crop tells
then; half a second on both sides does.
"""

import numpy as np

from framewright.tracks.objects.appearance import compare
from framewright.tracks.objects.associate import Tracklet

AROUND, LEFT_OUT, FEWEST = 8, 1, 3  # detections on each side that are compared; next to the jump; of a side, at least
JUMP = 0.84  # how alike both sides look: below it the subject has changed
RESIZED = 0.7  # logarithm of how much larger one side's boxes are, from the last one to the next
SHORTEST = 5  # detections of a part
EQUAL = 1e-9


def split_at_jumps(tracklet: Tracklet) -> list[Tracklet]:
    """The parts of a tracklet between the places where its subject changes, in order; itself where it does not."""
    count = len(tracklet.times)
    if count < 2 * SHORTEST or not len(tracklet.looks):
        return [tracklet]
    places = np.arange(SHORTEST, count - SHORTEST + 1)
    similar = _compare_sides(tracklet.looks.astype(np.float64), places)
    areas = np.log(np.maximum(np.prod(tracklet.boxes[:, 2:] - tracklet.boxes[:, :2], axis=1), 1)) / 2
    resized = np.array([abs(np.median(areas[k : k + 4]) - np.median(areas[k - 4 : k])) for k in places])
    similar = np.where(resized > RESIZED, 0.0, similar)
    worst = similar.min()
    if worst >= JUMP:
        return [tracklet]
    alike = places[similar <= worst + EQUAL]  # what is next to the jump is left out, so that several places are as good
    place = int(alike[len(alike) // 2])
    parts = tracklet.part(0, place), tracklet.part(place, count)
    return [piece for part in parts for piece in split_at_jumps(part)]


def _compare_sides(looks: np.ndarray, places: np.ndarray) -> np.ndarray:
    """How alike a tracklet looks before and behind each place, (N,) float64."""
    sums = np.vstack([np.zeros(looks.shape[1]), np.cumsum(looks, axis=0)])
    before = np.maximum(places - LEFT_OUT - AROUND, 0), np.maximum(places - LEFT_OUT, FEWEST)
    behind = np.minimum(places + LEFT_OUT, len(looks) - FEWEST), np.minimum(places + LEFT_OUT + AROUND, len(looks))
    return compare(sums[before[1]] - sums[before[0]], sums[behind[1]] - sums[behind[0]])
