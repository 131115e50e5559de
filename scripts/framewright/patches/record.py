"""The plan of a film on disk: plan.json says what is cut, frames.npz when the film's frames appear."""

from dataclasses import asdict, astuple, dataclass, replace
from fractions import Fraction
from pathlib import Path

import numpy as np

from framewright.patches.allotment import Counts
from framewright.patches.cut import Film
from framewright.patches.fields import FieldVotes
from framewright.patches.film import Quality, QualityLimits, judge_film, survey
from framewright.patches.formats import Categories, list_fitting
from framewright.patches.plan import Frames, Part, Window, plan
from framewright.patches.view import Rendering, load_view, make_view
from framewright.study.progress import Progress, report_nothing
from framewright.study.record import read_record, write_record
from framewright.video.dolby import read_dolby_vision_profile
from framewright.video.probe import Probe
from framewright.video.stream import open_video
from framewright.video.timeline import Timeline

DEFINITION = "definition.json"  # in the folder of a part: of the settings that it was cut by
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
    hashes: tuple[str, ...]  # perceptual hashes of pictures all over the film
    definition: str = ""  # of the settings that it was made by

    @property
    def usable(self) -> bool:
        """Whether anything is cut from it."""
        return self.film is not None


def make_plan(
    path: str | Path,
    probe: Probe,
    *,
    counts: Counts,
    categories: Categories,
    split: str,
    windows_per_part: int,
    seed: int,
    rendering: Rendering,
    limits: QualityLimits,
    progress: Progress = report_nothing,
) -> tuple[FilmPlan, Frames]:
    """The plan of a film, and its frames in use: none of a film that can't be used.

    `counts` are the windows that each category is to get.
    """
    parts = tuple(plan(counts, 0, windows_per_part, seed, "")[0])

    def refuse(reason: str, detail: str) -> tuple[FilmPlan, Frames]:
        return FilmPlan(probe.video, split, counts, reason, detail, None, parts, (), ()), NO_FRAMES

    if not probe.usable:
        return refuse("unusable", probe.reason)
    if fault := find_colour_fault(path, probe):
        return refuse("colour", fault)
    view = make_view(probe, rendering)
    if not any(list_fitting(categories[name], (0, 0, *view.size)) for name in counts):
        return refuse("too-small", f"{view.size[0]}x{view.size[1]}: no format of its categories fits into it")
    with open_video(path) as video:
        frames = select_frames(video.timeline, probe.use)
        found = survey(video, frames, view, progress)
    if found.fields.interlaced or (probe.interlaced and found.fields.combed >= found.fields.clean):
        if rendering.interlaced == "reject":
            return refuse("interlaced", _describe_fields(found.fields))
        view = replace(view, fields=found.fields.order)
    if fault := judge_film(found.quality, limits):
        return refuse("quality", fault)
    possible = {name: count for name, count in counts.items() if list_fitting(categories[name], found.area)}
    lost = [(name, index, "too-small") for name in counts if name not in possible for index in range(counts[name])]
    cut, short = plan(possible, len(frames), windows_per_part, seed, probe.video)
    lost += [(name, index, "too-short") for name, index in short]
    film = Film(probe.video, probe.sha256, split, view, found.area, found.quality)
    parts = (*cut, *parts[len(cut) :])
    return FilmPlan(probe.video, split, counts, "", "", film, parts, tuple(lost), found.hashes), frames


def find_colour_fault(path: str | Path, probe: Probe) -> str:
    """Why the colours of a film can't be rendered, with a remedy; empty where they can."""
    remedy = "convert it to HDR10 or SDR first"
    if probe.colour.matrix == "ictcp":
        return f"its colours are ICtCp, which is not supported: {remedy}"
    if read_dolby_vision_profile(path) == 5:
        return f"its colours are those of Dolby Vision profile 5, which has no other layer: {remedy}"
    return ""


def _describe_fields(votes: FieldVotes) -> str:
    """What was found of fields, and what to do."""
    order = {"tff": "top", "bff": "bottom"}[votes.order]
    measured = f"{votes.combed} of {votes.combed + votes.clean} sampled pairs of frames are combed, {order} field first"
    remedy = "set patches.interlaced to deinterlace, or give a progressive copy"
    return f"{measured if votes.combed else 'its tags say so, and nothing moves that could disprove them'}; {remedy}"


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
    return FilmPlan(**record | {"film": film, "parts": parts, "lost": lost, "hashes": tuple(record["hashes"])})


def write_frames(path: str | Path, frames: Frames) -> None:
    """Write when frames appear, as NumPy arrays."""
    unit = np.array([frames.unit.numerator, frames.unit.denominator])
    with Path(path).open("wb") as file:
        np.savez_compressed(file, ticks=frames.ticks, keys=frames.keys, unit=unit)


def read_frames(path: str | Path) -> Frames:
    """When frames appear, as written."""
    with np.load(path) as arrays:
        return Frames(arrays["ticks"], arrays["keys"], Fraction(*map(int, arrays["unit"])))
