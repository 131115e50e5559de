"""A film becomes segments: one pass over its frames finds the cuts and how every frame looks; rules do the rest."""

import math
from array import array
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from framewright.study.progress import Progress, report_nothing
from framewright.tracks.segments import quality, segments
from framewright.tracks.segments.options import CutSettings, Lengths
from framewright.tracks.segments.quality import FrameStats
from framewright.tracks.segments.segments import Cut, Judge, Segment
from framewright.tracks.segments.transitions import TransitionDetector
from framewright.video.frame import Frame
from framewright.video.probe import Probe
from framewright.video.stream import LONGEST_STILL, open_video


class CutDetector(Protocol):
    """What finds cuts: it is given all frames in order, and asked at the end."""

    name: str  # with its version, where it has one

    def add(self, frame: Frame, small: np.ndarray) -> None:
        """Look at the next frame, and its small picture."""

    def finish(self) -> list[Cut]:
        """The cuts in all frames added, in order."""


def open_cut_detector(settings: CutSettings) -> CutDetector:
    """The detector that the settings name."""
    if settings.detector == "adaptive":
        # takes a second to import, for those alone who ask for it
        from framewright.tracks.segments.adaptive import AdaptiveCutDetector

        return AdaptiveCutDetector(settings.adaptive)
    return TransitionDetector()


@dataclass(frozen=True, eq=False)
class VideoScan:
    """What one pass over a film found out. Times are seconds; `ticks` (n,) int64 are those of its frames in `unit`s."""

    ticks: np.ndarray
    unit: Fraction
    end: Fraction  # when the last frame disappears
    shape: tuple[int, int]  # (rows, columns) of the small pictures behind `stats`
    stats: FrameStats
    cuts: tuple[Cut, ...]

    @property
    def start(self) -> Fraction:
        """When the first frame appears, in seconds."""
        return int(self.ticks[0]) * self.unit

    def with_scores(self, segment: Segment) -> Segment:
        """The segment with the scores of its frames."""
        bounds = [math.ceil(instant / self.unit) for instant in (segment.start, segment.end)]
        first, last = np.searchsorted(self.ticks, bounds).tolist()
        return replace(segment, scores=self.stats.scores(first, last, self.shape))


def scan_video(
    path: str | Path,
    use: Sequence[float],
    detector: CutDetector,
    count: int | None = None,
    progress: Progress = report_nothing,
) -> VideoScan | None:
    """Read the part `use` (start, end in seconds) of a video once; None where no frame of it can be decoded.

    `count` is how many frames there will be, if that is known.
    """
    ticks, stats, frame = array("q"), FrameStats(), None
    holes: list[Cut] = []
    shape = (0, 0)
    with open_video(path) as video:
        unit = video.time_base
        start, end = _range(use, unit)
        every, hole = (int(seconds / unit) for seconds in (quality.SHARP_EVERY, LONGEST_STILL))
        due = gone = None  # ticks: when sharpness is to be measured, and when the frame before disappears
        for frame in progress(video.frames(start, end), count, "frames"):
            tick, sharp = _count_units(frame.time, unit), float("nan")
            if due is None or tick >= due:
                sharp, due = quality.measure_frame_sharpness(frame), tick + every
            if gone is not None and tick - gone > hole:
                holes.append(Cut("gap", gone * unit, frame.time))
            ticks.append(tick)
            small = quality.shrink_frame(frame)
            shape = small.shape[:2]
            stats.add(small, sharp)
            detector.add(frame, small)
            gone = tick + (_count_units(frame.duration, unit) if frame.duration else 0)
        if frame is None:
            return None
        steps = np.diff(np.frombuffer(ticks, np.int64))
        last = frame.duration or (int(np.median(steps)) if len(steps) else 1) * unit
        cuts = tuple(sorted([*detector.finish(), *holes], key=lambda cut: cut.start))
        ending = min(frame.time + last, end)
        return VideoScan(np.frombuffer(ticks, np.int64), unit, ending, shape, stats, cuts)


def _count_units(time: Fraction, unit: Fraction) -> int:
    """How many whole units a time has: a quotient of fractions takes four times as long."""
    return time.numerator * unit.denominator // (time.denominator * unit.numerator)


def make_candidates(film: VideoScan, lengths: Lengths) -> list[Segment]:
    """What lies between the cuts of a film, in pieces that are not too long, those dropped that are too short."""
    times = segments.frame_time_finder(film.ticks, film.unit)
    pieces = [
        piece
        for part in segments.split_at_cuts(film.cuts, film.start, film.end)
        for piece in segments.fit_lengths(part, lengths, times)
    ]
    return [film.with_scores(piece) for piece in pieces]


def find_segments(
    path: str | Path,
    probe: Probe,
    detector: CutDetector,
    lengths: Lengths,
    judges: Sequence[Judge],
    progress: Progress = report_nothing,
) -> dict[str, Any]:
    """What is known of a film's segments: every candidate with its scores, and why it was dropped if it was.

    A film that can't be used has a `reason` (a word) and a `detail`, and no segments. Times are seconds; `span` is when
    its first frame appears and its last one is gone.
    """
    known = {"video": probe.video, "reason": "", "detail": "", "detector": detector.name}
    nothing: dict[str, Any] = {"frames": 0, "span": None, "cuts": [], "segments": []}
    if not probe.usable:
        return known | nothing | {"reason": "unusable", "detail": probe.reason}
    film = scan_video(path, probe.use, detector, _count(probe), progress)
    if film is None:
        return known | nothing | {"reason": "no-frames", "detail": "no frame of the part to use can be decoded"}
    return known | {
        "frames": len(film.ticks),
        "span": [float(film.start), float(film.end)],
        "cuts": [_plain(cut) for cut in film.cuts],
        "segments": [_plain(segment) for segment in segments.apply_judges(make_candidates(film, lengths), judges)],
    }


def _count(probe: Probe) -> int:
    """How many frames the part in use has, as far as the probe tells."""
    return round((probe.use[1] - probe.use[0]) * float(probe.rate)) if probe.rate else probe.frames


def _plain(timed: Cut | Segment) -> dict[str, Any]:
    return vars(timed) | {"start": float(timed.start), "end": float(timed.end)}


def _range(use: Sequence[float], unit: Fraction) -> tuple[Fraction, Fraction]:
    """The part to use in exact times; half a tick earlier, since decimals may be off in the last place."""
    start, end = (Fraction(str(second)) for second in use)
    return start - unit / 2, end
