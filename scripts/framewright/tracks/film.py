"""A film becomes segments: one pass over its frames finds the cuts and how every frame looks; rules do the rest."""

from array import array
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from framewright.frame import Frame
from framewright.tracks import looks, segments
from framewright.tracks.looks import Looks
from framewright.tracks.segments import Cut, Judge, Lengths, Segment
from framewright.video import LONGEST_STILL, open_video


class Detector(Protocol):
    """What finds cuts: it is given all frames in order, and asked at the end."""

    def add(self, frame: Frame) -> None:
        """Look at the next frame."""

    def cuts(self) -> list[Cut]:
        """The cuts in all frames added, in order."""


@dataclass(frozen=True, eq=False)
class Film:
    """What one pass over a film found out. Times are seconds; `ticks` (n,) int64 are those of its frames in `unit`s."""

    ticks: np.ndarray
    unit: Fraction
    end: Fraction  # when the last frame disappears
    shape: tuple[int, int]  # (rows, columns) of the small pictures behind `looks`
    looks: Looks
    cuts: tuple[Cut, ...]

    def scored(self, segment: Segment) -> Segment:
        """The segment with the scores of its frames."""
        first, last = (int(np.searchsorted(self.ticks, at / self.unit)) for at in (segment.start, segment.end))
        return Segment(**vars(segment) | {"scores": self.looks.scores(first, last, self.shape)})


def watch(path: str | Path, use: Sequence[float], detector: Detector) -> Film | None:
    """Read the part `use` (start, end in seconds) of a video once; None where no frame of it can be decoded."""
    ticks, seen, holes, frame = array("q"), Looks(), [], None
    with open_video(path) as video:
        size = looks.size_of(*video.size)
        wide = min(1, looks.SHARP_WIDTH / max(video.size))
        large = round(video.size[0] * wide), round(video.size[1] * wide)
        start, end = _range(use, video.time_base)
        due, gone = start, None
        for frame in video.frames(start, end):
            sharp = float("nan")
            if frame.time >= due:
                sharp, due = looks.sharpness(frame.gray(*large)), frame.time + looks.SHARP_EVERY
            if gone is not None and frame.time - gone > LONGEST_STILL:
                holes.append(Cut("gap", gone, frame.time))
            ticks.append(int(frame.time / video.time_base))
            seen.add(frame.yuv(*size), sharp)
            detector.add(frame)
            gone = frame.time + (frame.duration or 0)
        if frame is None:
            return None
        steps = np.diff(np.frombuffer(ticks, np.int64))
        last = frame.duration or (int(np.median(steps)) if len(steps) else 1) * video.time_base
        cuts = tuple(sorted([*detector.cuts(), *holes], key=lambda cut: cut.start))
        return Film(
            np.frombuffer(ticks, np.int64), video.time_base, min(frame.time + last, end), size[::-1], seen, cuts
        )


def candidates(film: Film, lengths: Lengths) -> list[Segment]:
    """What lies between the cuts of a film, in pieces that are not too long, those dropped that are too short."""
    times = segments.nearest(film.ticks, film.unit)
    start = int(film.ticks[0]) * film.unit
    pieces = [
        own for part in segments.between(film.cuts, start, film.end) for own in segments.fitted(part, lengths, times)
    ]
    return [film.scored(own) for own in pieces]


def record(video: str, found: Film | None, kept: Iterable[Segment], reason: str, detail: str) -> dict[str, Any]:
    """What is known of a film's segments, for its JSON: every candidate with its scores, and why it was dropped."""
    cuts = found.cuts if found else ()
    return {
        "video": video,
        "reason": reason,
        "detail": detail,
        "frames": len(found.ticks) if found else 0,
        "span": [float(int(found.ticks[0]) * found.unit), float(found.end)] if found else None,
        "cuts": [{"kind": cut.kind, "start": float(cut.start), "end": float(cut.end)} for cut in cuts],
        "segments": [asdict(own) | {"start": float(own.start), "end": float(own.end)} for own in kept],
    }


def segmented(
    path: str | Path,
    probe: Mapping[str, Any],
    detector: Detector,
    lengths: Lengths,
    judges: Sequence[Judge],
) -> dict[str, Any]:
    """The record of a film: a film that can't be used has a `reason`, and no segments."""
    if probe["status"] != "ok":
        return record(probe["video"], None, (), "unusable", probe["reason"])
    film = watch(path, probe["use"], detector)
    if film is None:
        return record(probe["video"], None, (), "no-frames", "no frame of the part to use can be decoded")
    kept = segments.judged(candidates(film, lengths), judges)
    return record(probe["video"], film, kept, "", "")


def _range(use: Sequence[float], unit: Fraction) -> tuple[Fraction, Fraction]:
    """The part to use in exact times; half a tick earlier, since decimals may be off in the last place."""
    start, end = (Fraction(str(second)) for second in use)
    return start - unit / 2, end
