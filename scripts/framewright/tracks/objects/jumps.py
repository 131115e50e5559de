"""Tracklets that change their subject are split: where what they show looks otherwise or is of another size for long,
or changes its speed and its height at once.

While one thing hides another, a tracklet may go on with the wrong one. Neither box nor a single crop tells
then; half a second on both sides does. A thing that brakes keeps its height, and one that comes nearer keeps its speed
for a moment: both at once tell of another thing, even one that looks the same.
"""

import numpy as np

from framewright.tracks.objects.appearance import compare
from framewright.tracks.objects.associate import Tracklet
from framewright.tracks.objects.crossings import fit_speed

AROUND, LEFT_OUT, FEWEST = 8, 1, 3  # detections on each side that are compared; next to the jump; of a side, at least
JUMP = 0.84  # how alike both sides look: below it the subject has changed
RESIZED = 0.7  # logarithm of how much larger one side's boxes are, from the last one to the next
TALLER, JOLT = 0.2, 1.0  # at once: logarithm of how much taller, and how many heights a second faster, one side is
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
    similar = np.where((resized > RESIZED) | _jolts(tracklet, places), 0.0, similar)
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
    before, behind = _sides(places, len(looks))
    return compare(sums[before[1]] - sums[before[0]], sums[behind[1]] - sums[behind[0]])


def _jolts(tracklet: Tracklet, places: np.ndarray) -> np.ndarray:
    """Where speed and height change at once, (N,) bool."""
    heights = np.maximum(tracklet.boxes[:, 3] - tracklet.boxes[:, 1], 1)
    before, behind = _sides(places, len(heights))
    jolted = np.zeros(len(places), bool)
    for number, sides in enumerate(zip(*before, *behind, strict=True)):
        rows = slice(*sides[:2]), slice(*sides[2:])
        tall = [float(np.median(heights[side])) for side in rows]
        if abs(np.log(tall[0] / tall[1])) > TALLER:
            speeds = [fit_speed(tracklet.times[side], tracklet.boxes[side]) for side in rows]
            jolted[number] = np.hypot(*(speeds[0] - speeds[1])) > JOLT * np.sqrt(tall[0] * tall[1])
    return jolted


def _sides(places: np.ndarray, count: int) -> tuple[tuple[np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray]]:
    """First and end of the detections that are compared before and behind each place, of `count` in all."""
    before = np.maximum(places - LEFT_OUT - AROUND, 0), np.maximum(places - LEFT_OUT, FEWEST)
    behind = np.minimum(places + LEFT_OUT, count - FEWEST), np.minimum(places + LEFT_OUT + AROUND, count)
    return before, behind
