"""Where a camera sees the points of the scene: documented orthographic view, or pinholes on a ring around it."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

SMALLEST = 2.0  # pixels: a sphere's radius on the picture never falls below it


@dataclass(frozen=True)
class Camera:
    """Looks from `position` at the origin. In the scene x points right, y down and z away from the front camera.

    Orthographic cameras show [-1, 1] on both axes; a pinhole shows the same at the distance of the origin.
    """

    projection: str = "orthographic"
    position: tuple[float, float, float] = (0.0, 0.0, -5.0)

    def project(self, points: np.ndarray, sphere: float, size: int) -> np.ndarray:
        """Where spheres of radius `sphere` around (..., 3) points appear: (..., 3) x, y and radius in pixels.

        A picture has `size` x `size` pixels; pixel 0 covers 0 to 1. Near spheres are drawn larger, as documented:
        half as large again at depth -1, half as large at depth 1.
        """
        seen = self.seen(points)
        scale: np.ndarray = np.ones(1)
        if self.projection == "pinhole":
            away = float(np.linalg.norm(self.position))
            scale = away / np.maximum(away + seen[..., 2], 0.05)
            radius = sphere * size * scale
        else:
            radius = sphere * size * (1.5 - (seen[..., 2] + 1) / 2)
        found = np.empty(seen.shape)
        found[..., :2] = (seen[..., :2] * scale[..., None] + 1) * size / 2
        found[..., 2] = np.maximum(SMALLEST, radius)
        return found

    def seen(self, points: np.ndarray) -> np.ndarray:
        """(..., 3) points as this camera sees them: to the right, down and away, 0 being the middle of the scene."""
        return np.asarray(points, float) @ _axes(self.position).T

    def depth(self, points: np.ndarray) -> np.ndarray:
        """Distance of (..., 3) points along the line of sight, 0 at the origin, negative before it."""
        return np.asarray(points, float) @ _axes(self.position)[2]


def make_ring(count: int, radius: float, height: float, projection: str) -> list[Camera]:
    """`count` cameras at even angles around the scene, `height` above its middle; the first one stands in front."""
    angles = 2 * np.pi * np.arange(count) / count
    places = np.stack([radius * np.sin(angles), np.full(count, -height), -radius * np.cos(angles)], axis=1)
    return [Camera(projection, tuple(place)) for place in np.round(places, 6).tolist()]


def is_whole(seen: np.ndarray, size: int) -> np.ndarray:
    """Whether discs ((..., 3) x, y, radius in pixels) lie within the picture with all their pixels."""
    x, y, radius = (np.asarray(seen, float)[..., part] for part in range(3))
    reach = np.ceil(radius)
    return (np.minimum(x, y) >= reach) & (np.maximum(x, y) < size - reach)


@lru_cache
def _axes(position: tuple[float, float, float]) -> np.ndarray:
    """Unit vectors of the picture's right, its down, and the line of sight, as rows, of a camera there."""
    ahead = -np.asarray(position, float) / np.linalg.norm(position)
    right = np.cross((0.0, 1.0, 0.0), ahead)
    right /= np.linalg.norm(right)
    return np.stack([right, np.cross(ahead, right), ahead])
