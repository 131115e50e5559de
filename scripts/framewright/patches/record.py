"""The plan of a film on disk: plan.json says what is known and what is to be cut, frames.npz when its frames appear."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

from framewright.patches.cut import Film
from framewright.patches.film import Quality, full_greys, picture_area, quality, samples
from framewright.patches.formats import Category, fitting_of
from framewright.patches.plan import Frames, Part, Window, plan
from framewright.patches.view import as_plain, from_plain, view_of
from framewright.video.stream import open_video
from framewright.video.timeline import Timeline

NO_FRAMES = Frames(np.zeros(0, np.int64), np.zeros(0, bool), Fraction(1))
Limits = Mapping[str, float | None]  # least_sharpness, most_blockiness, most_noise


def make_plan(
    path: str | Path,
    probe: dict[str, Any],
    *,
    counts: Mapping[str, int],
    categories: Mapping[str, Category],
    split: str,
    windows_per_part: int,
    seed: int,
    colour: Mapping[str, Any],
    frame: str,
    limits: Limits,
) -> tuple[dict[str, Any], Frames]:
    """The plan of a film and its frames in use. One that can't be used has a `reason` in a word, a `detail`, and none.

    `counts` says how many windows each category is to get; `colour` and `frame` are the configuration's. `lost` are the
    windows (category, index, reason) that can't be had from this film.
    """
    empty = {"video": probe["video"], "split": split, "counts": dict(counts), "reason": "", "detail": "", "film": None}
    empty |= {"parts": [asdict(part) for part in plan(counts, 0, windows_per_part, seed, "")[0]], "lost": []}
    if probe["status"] != "ok":
        return empty | {"reason": "unusable", "detail": probe["reason"]}, NO_FRAMES
    view = view_of(probe, frame=frame, **colour)
    with open_video(path) as video:
        frames = in_use(video.timeline, probe["use"])
        seen = samples(video, frames) if len(frames) else []
        greys = full_greys(view, seen)
    area = picture_area(greys) if greys else (0, 0, *view.size)
    score = quality(greys) if greys else Quality(0, 1, 0)
    if reason := _poor(score, limits):
        return empty | {"reason": "quality", "detail": reason}, NO_FRAMES
    possible = {name: count for name, count in counts.items() if fitting_of(categories[name], area)}
    lost = [(name, index, "too-small") for name in counts if name not in possible for index in range(counts[name])]
    parts, short = plan(possible, len(frames), windows_per_part, seed, probe["video"])
    empty["parts"][: len(parts)] = [asdict(part) for part in parts]
    film = Film(probe["video"], probe["sha256"], split, view, area, score)
    lost += [(name, index, "too-short") for name, index in short]
    return empty | {"film": asdict(film) | {"view": as_plain(view)}, "lost": lost}, frames


def in_use(line: Timeline, use: tuple[float, float]) -> Frames:
    """The frames that appear in the part to use, (start, end) in seconds; the last of the film is in it."""
    start, end = (Fraction(str(second)) / line.unit for second in use)
    # What is said in decimals may be off in the last place: half a tick more, so that the first frame is not lost.
    inside = (line.ticks >= start - Fraction(1, 2)) & (line.ticks < end)
    ticks, first = np.unique(line.ticks[inside], return_index=True)
    return Frames(ticks, line.keys[inside][first], line.unit)


def write_plan(path: str | Path, record: dict[str, Any]) -> None:
    """Write a plan; the same plan gives the same bytes."""
    Path(path).write_text(json.dumps(record, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def write_frames(path: str | Path, frames: Frames) -> None:
    """Write when frames appear, as NumPy arrays."""
    unit = np.array([frames.unit.numerator, frames.unit.denominator])
    with Path(path).open("wb") as file:
        np.savez_compressed(file, ticks=frames.ticks, keys=frames.keys, unit=unit)


def read_record(path: str | Path) -> dict[str, Any]:
    """A plan as it was written."""
    return json.loads(Path(path).read_text(encoding="utf-8"))


def read_plan(path: str | Path) -> tuple[dict[str, Any], Film | None, list[Part]]:
    """A plan as it was written, the film, None where it can't be used, and its parts."""
    record = read_record(path)
    parts = [
        Part(own["start"], own["end"], tuple(Window(*values) for values in own["windows"])) for own in record["parts"]
    ]
    film = record["film"] and Film(
        **record["film"]
        | {
            "view": from_plain(record["film"]["view"]),
            "area": tuple(record["film"]["area"]),
            "quality": Quality(**record["film"]["quality"]),
        }
    )
    return record, film, parts


def read_frames(path: str | Path) -> Frames:
    """When frames appear, as written."""
    with np.load(path) as arrays:
        return Frames(arrays["ticks"], arrays["keys"], Fraction(*map(int, arrays["unit"])))


def _poor(score: Quality, limits: Limits) -> str:
    """Which limit a film's quality is beyond, in words."""
    if score.sharpness < (limits["least_sharpness"] or 0):
        return f"sharpness {score.sharpness} is less than {limits['least_sharpness']}"
    for name in ("blockiness", "noise"):
        most, own = limits[f"most_{name}"], getattr(score, name)
        if most is not None and own > most:
            return f"{name} {own} is more than {most}"
    return ""
