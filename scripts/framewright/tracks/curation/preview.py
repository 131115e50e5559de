"""What thresholds look like, and near duplicates side by side: sheets of frames of clips."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from framewright.report.picture import arrange_sheet
from framewright.tracks.curation.index import read_index
from framewright.tracks.curation.options import Subset
from framewright.tracks.curation.study import Pair
from framewright.video.stream import open_video

SHARES = (0.0, 0.25, 0.5, 0.75, 1.0)  # of the clips shown: thresholds that so many are below
FRAMES = 5
PAIRS = 6


@dataclass(frozen=True)
class Shown:
    """A clip that may be shown, with what was measured."""

    video: str
    track: str
    name: str
    path: Path
    motion: float | None
    object_motion: float | None
    camera_motion: float | None
    quality: float | None


def read_shown(index: Sequence[str | Path], folders: Sequence[str | Path]) -> list[Shown]:
    """The clips in these folders, one of each video, by (video, track)."""
    columns = ("video", "track", "clip", "name", "motion_q90", "object_motion", "camera_motion", "quality")
    places = {path.name: path for folder in folders for path in Path(folder).glob("*.mp4")}
    rows = read_index(index, columns).select(list(columns)).to_pylist()
    return [
        Shown(row["video"], row["track"], row["name"], places[Path(row["clip"]).name], *list(row.values())[4:])
        for row in rows
        if row["clip"] and Path(row["clip"]).name in places
    ]


def draw_examples(shown: Sequence[Shown], subsets: Sequence[Subset]) -> np.ndarray | None:
    """A row for each threshold of motion, then of quality, that of a subset or one that divides the clips: the clip
    whose value is nearest to it, each clip once in either part. (H, W, 3) uint8 RGB; None without any."""
    pictures: list[np.ndarray] = []
    labels: list[str] = []
    for name in ("motion", "quality"):
        asked = {float(getattr(subset.constraints, f"min_{name}")) for subset in subsets} - {0.0}
        for threshold, clip in _find_examples(shown, name, asked):
            pictures += _frames(clip.path)
            labels += [
                f"{name} {getattr(clip, name):.2f}",
                f"near {threshold:.3g}{' (asked)' if threshold in asked else ''}",
                f"object {_speed(clip.object_motion)}",
                f"camera {_speed(clip.camera_motion)}",
                f"{clip.video} {clip.name}",
            ]
    return arrange_sheet(pictures, labels, FRAMES) if pictures else None


def _find_examples(shown: Sequence[Shown], name: str, asked: set[float]) -> Iterator[tuple[float, Shown]]:
    """Thresholds in order, each with a clip whose value is nearest to it."""
    left = [(getattr(clip, name), clip.track, clip) for clip in shown if getattr(clip, name) is not None]
    spread = np.quantile([value for value, *_ in left], SHARES).tolist() if left else []
    for threshold in sorted({*asked, *spread}):
        if left:
            nearest = min(left, key=lambda entry: (abs(np.log((entry[0] + 0.01) / (threshold + 0.01))), entry[1]))
            left.remove(nearest)
            yield threshold, nearest[2]


def draw_pairs(shown: Sequence[Shown], pairs: Sequence[Pair]) -> np.ndarray | None:
    """A row for each pair: three frames of either clip, from the beginning to the end.

    (H, W, 3) uint8 RGB; None without pairs.
    """
    by_track = {(clip.video, clip.track): clip for clip in shown}
    pictures, labels = [], []
    for pair in sorted(pairs, key=lambda pair: (-pair.distance, pair.track)):
        one, other = by_track.get((pair.video, pair.track)), by_track.get((pair.of_video, pair.repeats))
        if one is None or other is None:
            continue
        pictures += [*_frames(one.path, 3), *_frames(other.path, 3)]
        labels += [
            f"{one.video} {one.track[:4]} {one.name}",
            f"distance {pair.distance:.3f}",
            f"{pair.bits} of 64 bits differ",
        ]
        labels += [f"{other.video} {other.track[:4]} {other.name}", "", ""]
        if len(pictures) >= 6 * PAIRS:
            break
    return arrange_sheet(pictures, labels, 6) if pictures else None


def _frames(path: Path, count: int = FRAMES) -> Iterator[np.ndarray]:
    """Frames of a clip from the first to the last, on white where there are too few, all of one shape."""
    with open_video(path) as video:
        total = len(video.timeline)
        wanted = np.linspace(0, total - 1, count).round().astype(int).tolist()
        found = [frame.rgb for number, frame in enumerate(video.frames()) if number in wanted]
    for picture in [*found, *[np.full_like(found[0], 255)] * (count - len(found))]:
        yield _square(picture)


def _square(picture: np.ndarray) -> np.ndarray:
    side = max(picture.shape[:2])
    canvas = np.full((side, side, 3), 250, np.uint8)
    top, left = (side - picture.shape[0]) // 2, (side - picture.shape[1]) // 2
    canvas[top : top + picture.shape[0], left : left + picture.shape[1]] = picture
    return canvas


def _speed(value: float | None) -> str:
    return "unknown" if value is None else f"{value:.2f}"
