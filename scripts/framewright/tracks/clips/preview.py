"""What a person sees of tracks: frames with boxes and ids, clips side by side, and how long and of what tracks are."""

from collections import Counter
from collections.abc import Iterable, Sequence
from fractions import Fraction
from pathlib import Path

import numpy as np

from framewright.report import palette, svg
from framewright.report.picture import arrange_sheet, with_boxes
from framewright.tracks.clips.extract import Clip
from framewright.tracks.meta import Track
from framewright.video.stream import open_video

MOST = 12  # frames of a video, or clips, on a sheet


def draw_overlay(path: str | Path, tracks: Sequence[Track]) -> np.ndarray | None:
    """A sheet of a video's frames with the boxes of its tracks, their first letters of ids and their classes.

    (H, 1280, 3) uint8 RGB. Frames lie evenly over the time in which there are tracks; None without any.
    """
    if not tracks:
        return None
    instants = np.unique(np.concatenate([track.times for track in tracks]))
    chosen = instants[np.linspace(0, len(instants) - 1, min(MOST, len(instants))).round().astype(int)]
    shown, labels = [], []
    with open_video(path) as video:
        for time in chosen.tolist():
            frame = next(video.frames(start=Fraction(time) - Fraction(1, 1000)), None)
            if frame is None:
                break
            boxes, names, numbers = [], [], []
            for number, track in enumerate(tracks):
                at = np.flatnonzero(np.abs(track.times - time) < 1e-3)
                boxes += [track.boxes[k] for k in at]
                numbers += [number] * len(at)
                names += [f"{track.names[0] if track.names else 'track'} {track.tid[:4]}"] * len(at)
            shown.append(with_boxes(frame.rgb, np.array(boxes), numbers, names))
            labels.append(f"{time:.2f} s")
    return arrange_sheet(shown, labels) if shown else None


def draw_clip_sheet(folder: Path, clips: Sequence[Clip]) -> np.ndarray | None:
    """A sheet with a row for each clip: five of its frames, from its first to its last; None without clips.

    (H, 1280, 3) uint8 RGB.
    """
    made = [clip for clip in clips if not clip.reason][:MOST]
    if not made:
        return None
    shown, labels = [], []
    for clip in made:
        wanted = set(np.linspace(0, clip.frames - 1, 5).round().astype(int).tolist())
        with open_video(folder / Path(clip.fn).name) as video:
            pictures = [(k, frame.rgb) for k, frame in enumerate(video.frames()) if k in wanted]
        shown += [picture for _, picture in pictures]
        labels += [
            f"{clip.tid[:4]} {clip.start + k / clip.frames * (clip.end - clip.start):.1f} s" for k, _ in pictures
        ]
        blanks = 5 - len(pictures)
        shown += [np.full_like(pictures[0][1], 255)] * blanks
        labels += [""] * blanks
    return arrange_sheet(shown, labels, 5)


def draw_histograms(tracks: Iterable[tuple[float, str]]) -> str:
    """How long tracks are, and of which classes, as SVG; each is (seconds, name of its class)."""
    lengths: Counter[int] = Counter()
    classes: Counter[str] = Counter()
    for seconds, name in tracks:
        lengths[min(int(seconds), 30)] += 1
        classes[name or "unknown"] += 1
    common = sorted(classes.items(), key=lambda entry: (-entry[1], entry[0]))[:20]
    rows = [(f"{k} to {k + 1} s" if k < 30 else "30 s and more", count) for k, count in sorted(lengths.items())]
    parts = [svg.draw_text(16, 28, f"{lengths.total():,} tracks, {len(classes):,} classes", bold=True)]
    parts += _bars(rows, 16, "how long") + _bars(common, 500, "of which class")
    return svg.compose_document(980, 92 + 22 * max(len(rows), len(common), 1), parts)


def _bars(rows: Sequence[tuple[str, int]], left: float, title: str) -> list[str]:
    most = max((count for _, count in rows), default=1)
    parts = [svg.draw_text(left, 60, title, palette.GREY)]
    for number, (name, count) in enumerate(rows):
        top = 72 + 22 * number
        parts.append(svg.draw_text(left, top + 13, svg.shorten(name, 20)))
        parts.append(svg.draw_box(left + 150, top, 240 * count / most, 16, palette.KEPT, 2))
        parts.append(svg.draw_text(left + 156 + 240 * count / most, top + 13, f"{count:,}", palette.GREY))
    return parts
