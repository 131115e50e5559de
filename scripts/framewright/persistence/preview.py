"""Clips to look at: film strips, moving pictures, and how the transients are spread, in a small folder to take home."""

from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from framewright.persistence.paths import CLASSES, TYPES
from framewright.persistence.store import Clips, to_json
from framewright.persistence.strips import draw_strip, mark_transients
from framewright.report.gif import write_gif
from framewright.report.palette import BLUE
from framewright.report.picture import write_png
from framewright.report.style import new_figure, write_figure

RATE = 8  # frames a second of the moving pictures
SIDE = 256  # pixels that their sides reach


def write_samples(folder: str | Path, clips: Clips, name: str, number: int) -> int:
    """Make `folder` with film strips, gifs and metadata of about `number` clips, of every class the same, and figures.

    How many there are.
    """
    folder = Path(folder)
    folder.mkdir()
    chosen = choose_clips(clips, number)
    for place in chosen:
        clip, stem = clips[place], f"{name}_{clips.numbers[place]:05d}"
        metadata = clip.metadata
        shown = f"{metadata['num_transients']} transients in {len(metadata['transient_frames'])} frames"
        title = f"{name} {clip.index}: {metadata['class']}, {shown}"
        write_png(folder / f"{stem}.png", draw_strip(clip.video, metadata, title, max(1, 96 // clip.video.shape[-1])))
        frames = mark_transients(clip.video, metadata, max(1, SIDE // clip.video.shape[-1]))
        write_gif(folder / f"{stem}.gif", frames, RATE, colours=64)
        (folder / f"{stem}.json").write_text(to_json(metadata), encoding="utf-8")
    write_statistics(folder / f"{name}_statistics.png", clips)
    return len(chosen)


def choose_clips(clips: Clips, number: int) -> list[int]:
    """Places of the first clips of each class, as many of one as of another, `number` in all or a few less."""
    found: dict[str, list[int]] = {name: [] for name in CLASSES}
    each = max(1, number // len(CLASSES))
    for place in range(len(clips)):
        of_its_kind = found[clips.metadata(place)["class"]]
        if len(of_its_kind) < each:
            of_its_kind.append(place)
        if all(len(places) == each for places in found.values()):
            break
    return sorted(place for places in found.values() for place in places)


def write_statistics(path: str | Path, clips: Clips) -> None:
    """Write a chart as PNG: how many transients clips have, how long they live, of what type they are, where they
    start, how far they move in a frame, and in which frames they show."""
    metadata = [clips.metadata(place) for place in range(len(clips))]
    details = [one for clip in metadata for one in clip["transient_details"]]
    figure, panels = new_figure(1200, 660, 2, 3)
    _bars(panels[0], Counter(clip["num_transients"] for clip in metadata), "transients of a clip", "clips")
    _bars(panels[1], Counter(one["duration"] for one in details), "frames that a transient lives", "transients")
    types = Counter(one["trajectory_type"] for one in details)
    _bars(panels[2], {name: types[name] for name in TYPES}, "type of path", "transients")
    x, y = ([one["start_position"][axis] for one in details] for axis in (0, 1))
    panels[3].scatter(x, y, s=4, color=BLUE, alpha=min(1, 400 / max(len(details), 1)), linewidths=0)
    panels[3].set(xlim=(-1, 1), ylim=(1, -1), aspect="equal", xlabel="where transients start: x", ylabel="y, downwards")
    steps = [_steps(one["pixels"]) for one in details if one["duration"] > 1]
    panels[4].hist(np.concatenate([*steps, np.zeros(0)]), bins=24, color=BLUE)
    panels[4].set(xlabel="pixels that a transient moves in a frame", ylabel="steps")
    shown = Counter(time for clip in metadata for time in clip["transient_frames"])
    _bars(
        panels[5], {time: shown[time] for time in range(max(shown, default=0) + 1)}, "frame", "clips with a transient"
    )
    write_figure(path, figure)


def _bars(panel: Axes, counts: Counter[Any] | dict[Any, int], words: str, of: str) -> None:
    names = sorted(counts) if isinstance(counts, Counter) else list(counts)
    panel.bar(names, [counts[name] for name in names], color=BLUE, width=0.7)
    panel.set(xlabel=words, ylabel=of)
    if len(names) <= 12:
        panel.set_xticks(names)


def _steps(pixels: list[list[list[float]]]) -> np.ndarray:
    """(frames - 1,) distances in pixels, from frame to frame, of a transient's middle."""
    middles = np.array(pixels, float).mean(axis=1)[:, :2]
    return np.hypot(*np.diff(middles, axis=0).T)
