"""Cutting one part of a film: its windows decoded, checked, cropped and written, and tried elsewhere if need be."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from framewright.patches.attempts import POSTERS, Attempt, name_attempt
from framewright.patches.checks import CheckLimits, judge_patch, judge_times, judge_window, measure, measure_liveliness
from framewright.patches.fields import deinterlace, is_combed
from framewright.patches.film import Quality, find_picture_area
from framewright.patches.formats import (
    SPAN,
    Box,
    Categories,
    Category,
    Format,
    list_fitting,
    load_categories,
    name_patch,
)
from framewright.patches.manifest import Patch, make_files, place_file
from framewright.patches.plan import Frames, Part, Window, choose_next_place
from framewright.patches.reading import read_windows, shows_damage
from framewright.patches.stack import decode_png, draw_degrading, encode_png
from framewright.patches.view import View
from framewright.report.gallery.posters import encode_poster, write_posters
from framewright.rng import make_generator
from framewright.study.progress import Progress, report_nothing
from framewright.video.fingerprint import hash_picture
from framewright.video.frame import Frame
from framewright.video.stream import Video, open_video

SHOWN = 3  # rejected windows of a kind that are kept to be looked at, of each part


@dataclass(frozen=True)
class Film:
    """What is known of a film before it is cut."""

    video: str
    sha256: str
    split: str
    view: View
    area: Box  # where its picture lies between black bars, in pixels of the view
    quality: Quality


@dataclass(frozen=True)
class CutSettings:
    """How patches are made."""

    seed: int
    categories: Categories
    kernel: str
    limits: CheckLimits
    min_file_size: int
    attempts: int  # after the first
    skip: float  # seconds between attempts
    by_content: bool  # whether content, not a draw, decides the format
    blur: float
    noise: float
    compression: int
    gallery: bool  # whether some rejected windows are kept to be looked at


def cut(
    video: Video,
    film: Film,
    frames: Frames,
    part: Part,
    settings: CutSettings,
    folder: Path,
    progress: Progress = report_nothing,
) -> tuple[list[Patch], list[Attempt]]:
    """Write the patches of a part into `folder`, as they lie in the dataset, and return their rows and all attempts.

    Windows are tried in rounds: all of them, then those that were rejected at other places, each round in one pass
    through the film that jumps over what it need not decode. No frame is in two windows.
    """
    patches, attempts, posters = [], [], dict[str, bytes]()
    taken = np.zeros(part.end - part.start, bool)
    places = {window: window.first for window in part.windows}
    for attempt in range(settings.attempts + 1):
        for first in places.values():
            taken[first - part.start : first - part.start + SPAN] = True
        rejected = []
        ordered = sorted(places, key=lambda window: places[window])
        windows = progress(ordered, len(ordered), "windows" if not attempt else f"windows, attempt {attempt + 1}")
        for window, seven in zip(
            windows, read_windows(video, frames, [places[window_index] for window_index in ordered]), strict=True
        ):
            patch, reason = None, "undecodable"
            if not shows_damage(video, frames, places[window]):
                patch, reason = _try(film, frames, window, attempt, seven, settings, folder)
            target = frames.time(places[window] + SPAN // 2)
            attempts.append(Attempt(window.category, window.index, attempt, str(target), reason))
            if settings.gallery and (seen := _see(film, patch, seven, folder)) is not None:
                posters[name_attempt(film.video, attempts[-1])] = encode_poster(seen)
            if patch:
                patches.append(patch)
            else:
                rejected.append(window)
        skip = round(Fraction(str(settings.skip)) / frames.step())
        places = {}
        for window in sorted(rejected) if attempt < settings.attempts else []:
            first = choose_next_place(part, taken, window, attempt + 1, skip, settings.seed, film.video)
            if first >= 0:
                places[window] = first
                taken[first - part.start : first - part.start + SPAN] = True
    write_posters(folder / POSTERS, dict(sorted(posters.items())))
    return sorted(patches, key=lambda patch: (patch.category, patch.index)), sorted(attempts)


def _see(film: Film, patch: Patch | None, seven: list[Frame], folder: Path) -> np.ndarray | None:
    """What a poster shows: the sharp patch, or the frame in the middle of a rejected window, if it can be decoded."""
    if patch:
        return decode_png((folder / patch.gt).read_bytes())
    if len(seven) < SPAN or seven[SPAN // 2].picture.is_corrupt:
        return None
    return cv2.cvtColor(film.view.grey(seven[SPAN // 2]), cv2.COLOR_GRAY2RGB)


def _try(
    film: Film,
    frames: Frames,
    window: Window,
    attempt: int,
    seven: list[Frame],
    settings: CutSettings,
    folder: Path,
) -> tuple[Patch | None, str]:
    """The patch that was written, or None and the reason in a word."""
    if len(seven) < SPAN:
        return None, "undecodable"
    if reason := judge_times([frame.time for frame in seven], frames.step(), settings.limits):
        return None, reason
    if film.view.fields:
        seven = deinterlace(seven, film.view.fields)
    greys = np.stack([film.view.grey(frame) for frame in seven])
    reason = judge_window(greys, settings.limits)
    if not reason and settings.limits.combed and not film.view.fields and is_combed(seven):
        reason = "combed"
    if reason:
        _keep(folder, window, attempt, reason, greys, settings)
        return None, reason
    category, area = settings.categories[window.category], _find_area(film, seven)
    names = film.video, window.category, window.index
    drawn = _draw(category, film, make_generator(settings.seed, "format", *names))
    fitting = list_fitting(category, area)
    if not fitting:
        _keep(folder, window, attempt, "bars", greys, settings)
        return None, "bars"
    format = drawn if drawn in fitting else max(fitting, key=lambda format: format.pixels)
    rng = make_generator(settings.seed, "patch", *names, attempt)
    crop = _place(format, area, rng)
    if settings.by_content and film.split == "train":
        candidates = [(candidate, _place(candidate, area, rng)) for candidate in fitting]
        format, crop = _choose_lively(film.view, seven[SPAN // 2], candidates)
        drawn = format
    degrading = draw_degrading(rng, settings.blur, settings.noise, settings.compression)
    pictures = [film.view.crop(frame, crop) for frame in seven]
    files = make_files(pictures, settings.kernel, degrading)
    sharp = _grey_of(pictures[SPAN // 2])
    scores = measure(greys, sharp)
    if reason := judge_patch(scores, len(files["GT"]), settings.limits, settings.min_file_size):
        _keep(folder, window, attempt, reason, greys, settings)
        return None, reason
    name = name_patch(film.video, window.index, format.suffix)
    paths = {kind: place_file(category.root, format.folder, film.split, kind, name) for kind in files}
    for kind, content in files.items():
        _write(folder / paths[kind], content)
    row = Patch(
        patch=name,
        category=category.name,
        split=film.split,
        format=format.name,
        drawn=drawn.name,
        video=film.video,
        sha256=film.sha256,
        index=window.index,
        attempt=attempt,
        times=tuple(frame.time for frame in seven),
        crop=crop,
        kernel=settings.kernel,
        degrading=degrading,
        chain=film.view.chain,
        view=film.view,
        scores=scores,
        quality=film.quality,
        patch_hash=hash_picture(sharp),
        frame_hash=hash_picture(greys[SPAN // 2]),
        gt=paths["GT"],
        lr_5frames=paths["LR_5frames"],
        lr_7frames=paths["LR_7frames"],
    )
    return row, ""


def _draw(category: Category, film: Film, rng: np.random.Generator) -> Format:
    """A format by the category's shares; of films that are held out always the first: a loader wants one size there."""
    if film.split != "train":
        return category.formats[0]
    shares = np.array([share for _, share in category.shares])
    return category.formats[int(rng.choice(len(shares), p=shares / shares.sum()))]


def _place(format: Format, area: Box, rng: np.random.Generator) -> Box:
    """A crop of a format's size, anywhere in the area with equal chance."""
    x = area[0] + int(rng.integers(0, area[2] - area[0] - format.width + 1))
    y = area[1] + int(rng.integers(0, area[3] - area[1] - format.height + 1))
    return x, y, x + format.width, y + format.height


def _choose_lively(view: View, frame: Frame, candidates: list[tuple[Format, Box]]) -> tuple[Format, Box]:
    """The largest candidate with contrast in most of its squares, or else the one with contrast in the most of them."""
    liveliness = {}
    for format, box in candidates:
        liveliness[format, box] = measure_liveliness(_grey_of(view.crop(frame, box)))
    lively = [candidate for candidate in candidates if liveliness[candidate] > 0.5]
    if lively:
        return max(lively, key=lambda candidate: candidate[0].pixels)
    return max(candidates, key=lambda candidate: liveliness[candidate])


def _grey_of(picture: np.ndarray) -> np.ndarray:
    return cv2.cvtColor(np.ascontiguousarray(picture), cv2.COLOR_RGB2GRAY)


def _find_area(film: Film, seven: list[Frame]) -> Box:
    """Where the picture of a window lies: within the film's, and within its bars."""
    brightest = np.max(np.stack([film.view.luma(seven[number]) for number in (0, SPAN // 2, SPAN - 1)]), axis=0)
    window = find_picture_area(brightest)
    x1, y1 = (max(one, other) for one, other in zip(film.area[:2], window[:2], strict=True))
    x2, y2 = (min(one, other) for one, other in zip(film.area[2:], window[2:], strict=True))
    return x1, y1, x2, y2


def _write(path: Path, content: bytes) -> None:
    """Write a PNG, and read it back: what is on the disk is what was meant, and a picture."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    back = path.read_bytes()
    if back != content or decode_png(back) is None:
        raise OSError(f"{path}: what was written is not what can be read; is the disk full or failing?")


def _keep(folder: Path, window: Window, attempt: int, reason: str, greys: np.ndarray, settings: CutSettings) -> None:
    """Put the frames of a rejected window side by side where the report finds them, if it may and has few yet."""
    kept = folder / "rejects"
    if not settings.gallery or len(list(kept.glob(f"{reason}-*"))) >= SHOWN:
        return
    kept.mkdir(parents=True, exist_ok=True)
    small = [cv2.resize(grey, (grey.shape[1] // 2, grey.shape[0] // 2), interpolation=cv2.INTER_AREA) for grey in greys]
    strip = cv2.cvtColor(np.hstack(small), cv2.COLOR_GRAY2RGB)
    (kept / f"{reason}-{window.category}-{window.index}-{attempt}.png").write_bytes(encode_png(strip))


def load_settings(record: Mapping[str, Any]) -> CutSettings:
    """The settings of patches_cut as a dataclass; their definition is for the record of a part."""
    record = {key: value for key, value in record.items() if key != "definition"}
    limits, categories = CheckLimits(**record["limits"]), load_categories(record["categories"])
    return CutSettings(**{**record, "limits": limits, "categories": categories})


def cut_part(
    path: str | Path,
    film: Film | None,
    frames: Frames,
    part: Part,
    settings: CutSettings,
    folder: Path,
    progress: Progress = report_nothing,
) -> tuple[list[Patch], list[Attempt]]:
    """`cut`, from a film's file; nothing of a film that can't be used, or a part that has no windows."""
    if film is None or not part.windows:
        write_posters(folder / POSTERS, {})
        return [], []
    with open_video(path) as video:
        return cut(video, film, frames, part, settings, folder, progress)
