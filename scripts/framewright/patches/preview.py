"""What a person sees of the patches: sharp beside small, what was rejected, and bright films before and after."""

from collections.abc import Iterable, Sequence
from pathlib import Path

import cv2
import numpy as np

from framewright.patches.cut import Film
from framewright.patches.formats import SPAN
from framewright.patches.manifest import Patch
from framewright.patches.plan import Frames
from framewright.patches.stack import read_png, unstack
from framewright.report.picture import arrange_sheet
from framewright.video.stream import open_video

MOST = 8  # pairs, or rejected windows, on a sheet
TALL = 540  # rows that a pair is shown with at most


def draw_pairs(dataset: Path, patches: Sequence[Patch]) -> np.ndarray | None:
    """A sheet of sharp patches, each beside its small copy enlarged to the same size; (H, 1280, 3) uint8 RGB. None
    without any."""
    chosen = patches[:: max(1, -(-len(patches) // MOST))]
    if not chosen:
        return None
    shown = []
    for patch in chosen:
        sharp = read_png(dataset / patch.gt)
        stack = unstack(read_png(dataset / patch.lr_7frames), SPAN)
        height, width = sharp.shape[:2]
        large = cv2.resize(stack[SPAN // 2], (width, height), interpolation=cv2.INTER_CUBIC)
        pair = np.hstack([sharp, np.full((height, 12, 3), 255, np.uint8), large])
        scale = min(1.0, TALL / height)
        shown.append(cv2.resize(pair, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA))
    labels = [
        f"{patch.video} {float(patch.times[SPAN // 2]):.2f} s  {patch.format}: sharp, small enlarged"
        for patch in chosen
    ]
    return arrange_sheet(shown, labels)


def draw_rejects(parts: Iterable[str | Path]) -> np.ndarray | None:
    """A sheet of the frames of rejected windows, (H, 1280, 3) uint8 RGB; None where parts kept none."""
    files = [file for part in parts for file in sorted(Path(part, "rejects").glob("*.png"))]
    if not files:
        return None
    labels = [f"{file.parts[-4]}: {file.stem}" for file in files[:MOST]]
    return arrange_sheet([read_png(file) for file in files[:MOST]], labels)


def compare_renderings(path: str | Path, film: Film, frames: Frames, count: int = 2) -> list[np.ndarray]:
    """Frames of a bright film as they are stored, and as patches show them, side by side; (H, W, 3) uint8 RGB each."""
    sides = []
    with open_video(path) as video:
        for place in range(count):
            frame = next(video.frames(start=frames.time((2 * place + 1) * len(frames) // (2 * count))))
            stored = cv2.resize(frame.rgb, film.view.size, interpolation=cv2.INTER_AREA)
            sides.append(np.hstack([stored, film.view.whole(frame)]))
    return sides


def draw_bright(films: Iterable[tuple[str | Path, Film, Frames]]) -> np.ndarray | None:
    """A sheet of bright films before and after; (H, 1280, 3) uint8 RGB. None without any."""
    shown, labels = [], []
    for path, film, frames in films:
        sides = compare_renderings(path, film, frames)
        shown += sides
        labels += [f"{film.video}: as stored ({film.view.kind}), and tone-mapped"] * len(sides)
    return arrange_sheet(shown, labels) if shown else None
