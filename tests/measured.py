"""How large what is drawn is: the area of each kind of colour in a cut-out and its middle, in metres."""

import numpy as np


def name_colours(rgb: np.ndarray) -> np.ndarray:
    """A word for each colour ((N, 3), 0 to 255): dark, grey and light, or red, green and blue, deep or bright."""
    most, least = rgb.max(1), rgb.min(1)
    greys = np.where(most < 75, "dark", np.where(most < 175, "grey", "light"))
    hues = np.array(["red", "green", "blue"])[rgb.argmax(1)]
    tints = np.where(most < 140, np.char.add("deep ", hues), np.where(least > 90, np.char.add("pale ", hues), hues))
    return np.where(most - least < 40, greys, tints)


def measure_colours(sprite, least: float = 0.004) -> dict[str, tuple[float, float, float]]:
    """Of each colour that takes this share of the cut-out: square metres, and its middle from the anchor, y up."""
    rows, columns = np.nonzero(sprite.rgba[..., 3] > 250)
    names = name_colours(sprite.rgba[rows, columns, :3].astype(int))
    measured = {}
    for name in sorted({*names.tolist()}):
        there = names == name
        if there.mean() >= least:
            x = (columns[there].mean() + 0.5 - sprite.anchor[0]) / sprite.scale
            y = (sprite.anchor[1] - rows[there].mean() - 0.5) / sprite.scale
            measured[name] = (float(there.sum() / sprite.scale**2), float(x), float(y))
    return measured


def find_extent(sprite) -> tuple[float, float, float, float]:
    """Where the half-covered pixels end: left, bottom, right, top, in metres from the anchor, y up."""
    solid = sprite.rgba[..., 3] > 127
    rows, columns = np.flatnonzero(solid.any(1)), np.flatnonzero(solid.any(0))
    x, y = sprite.anchor
    ends = columns[0] - x, y - rows[-1] - 1, columns[-1] + 1 - x, y - rows[0]
    return tuple(float(end / sprite.scale) for end in ends)
