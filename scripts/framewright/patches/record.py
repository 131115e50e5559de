"""The plan of a film on disk: plan.json says what is cut, frames.npz when the film's frames appear."""

from collections.abc import Mapping
from dataclasses import asdict, astuple, dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

from framewright.patches.allotment import Counts
from framewright.patches.cut import Film
from framewright.patches.film import (
    Quality,
    QualityLimits,
    find_picture_area,
    judge_film,
    measure_quality,
    render_greys,
    sample_frames,
)
from framewright.patches.formats import Categories, list_fitting
from framewright.patches.plan import Frames, Part, Window, plan
from framewright.patches.view import Rendering, load_view, make_view
from framewright.study.record import read_record, write_record
from framewright.video.stream import open_video
from framewright.video.timeline import Timeline

NO_FRAMES = Frames(np.zeros(0, np.int64), np.zeros(0, bool), Fraction(1))


@dataclass(frozen=True)
class FilmPlan:
    """What is cut from a film. A film that can't be used has a `reason` (one word), a `detail`, and no `film`.

    `counts` are the windows that each category was to get; `lost` are the windows (category, index, reason) that this
    film can't give.
    """

    video: str
    split: str
    counts: Counts
    reason: str
    detail: str
    film: Film | None
    parts: tuple[Part, ...]
    lost: tuple[tuple[str, int, str], ...]


def make_plan(
    path: str | Path,
    probe: Mapping[str, Any],
    *,
    counts: Counts,
    categories: Categories,
    split: str,
    windows_per_part: int,
    seed: int,
    rendering: Rendering,
    limits: QualityLimits,
) -> tuple[FilmPlan, Frames]:
    """The plan of a film, and its frames in use: none of a film that can't be used."""
    video = probe["video"]
    parts = tuple(plan(counts, 0, windows_per_part, seed, "")[0])

    def refuse(reason: str, detail: str) -> tuple[FilmPlan, Frames]:
        return FilmPlan(video, split, counts, reason, detail, None, parts, ()), NO_FRAMES

    if probe["status"] != "ok":
        return refuse("unusable", probe["reason"])
    view = make_view(probe, rendering)
    with open_video(path) as opened:
        frames = select_frames(opened.timeline, probe["use"])
        greys = render_greys(view, sample_frames(opened, frames)) if len(frames) else []
    area = find_picture_area(greys) if greys else (0, 0, *view.size)
    quality = measure_quality(greys) if greys else Quality(0, 1, 0)
    if fault := judge_film(quality, limits):
        return refuse("quality", fault)
    possible = {name: count for name, count in counts.items() if list_fitting(categories[name], area)}
    lost = [(name, index, "too-small") for name in counts if name not in possible for index in range(counts[name])]
    cut, short = plan(possible, len(frames), windows_per_part, seed, video)
    lost += [(name, index, "too-short") for name, index in short]
    film = Film(video, probe["sha256"], split, view, area, quality)
    return FilmPlan(video, split, counts, "", "", film, (*cut, *parts[len(cut) :]), tuple(lost)), frames


def select_frames(line: Timeline, use: tuple[float, float]) -> Frames:
    """The frames that appear in the part to use, (start, end) in seconds; the last of the film is in it."""
    start, end = (Fraction(str(second)) / line.unit for second in use)
    # Decimals may be off in the last place: half a tick more, so that the first frame is not lost.
    inside = (line.ticks >= start - Fraction(1, 2)) & (line.ticks < end)
    ticks, first = np.unique(line.ticks[inside], return_index=True)
    return Frames(ticks, line.keys[inside][first], line.unit)


def write_plan(path: str | Path, plan: FilmPlan) -> None:
    """Write a plan; the same plan gives the same bytes."""
    record = asdict(plan)
    for part, of in zip(record["parts"], plan.parts, strict=True):
        part["windows"] = [list(astuple(window)) for window in of.windows]
    write_record(path, record)


def read_plan(path: str | Path) -> FilmPlan:
    """A plan as it was written."""
    record = read_record(path)
    film = record["film"]
    if film is not None:
        film = Film(
            **film
            | {
                "view": load_view(film["view"]),
                "area": tuple(film["area"]),
                "quality": Quality(**film["quality"]),
            }
        )
    parts = tuple(
        Part(part["start"], part["end"], tuple(Window(*window) for window in part["windows"]))
        for part in record["parts"]
    )
    lost = tuple((category, index, reason) for category, index, reason in record["lost"])
    return FilmPlan(**record | {"film": film, "parts": parts, "lost": lost})


def write_frames(path: str | Path, frames: Frames) -> None:
    """Write when frames appear, as NumPy arrays."""
    unit = np.array([frames.unit.numerator, frames.unit.denominator])
    with Path(path).open("wb") as file:
        np.savez_compressed(file, ticks=frames.ticks, keys=frames.keys, unit=unit)


def read_frames(path: str | Path) -> Frames:
    """When frames appear, as written."""
    with np.load(path) as arrays:
        return Frames(arrays["ticks"], arrays["keys"], Fraction(*map(int, arrays["unit"])))
