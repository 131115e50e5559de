"""A picture of the segments of films over time, with what was dropped and why, and how well cuts fit the truth."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any

from framewright.report import palette, svg
from framewright.tracks.segments.score import CutScore
from framewright.truth import Truth

MOST = 40  # films in one picture
WIDTH, LEFT, ROW = 1180.0, 170.0, 54.0
REASONS = ("length", "truncated", "black", "letterbox", "frozen", "blurred", "cartoon", "aesthetic")
COLOURS = {"": palette.KEPT} | dict(zip(REASONS, palette.DROPPED, strict=False))
CUT, TRUE_CUT = palette.INK, palette.RED


def draw_timeline(
    records: Sequence[Mapping[str, Any]], truths: Mapping[str, Truth], scores: Mapping[str, CutScore]
) -> str:
    """An SVG with a row for each film, each as wide: segments, its cuts as strokes below, the true ones above."""
    films = [record for record in records if record["span"]][:MOST]
    parts = list(_legend(films))
    for number, record in enumerate(films):
        parts += _row(record, truths.get(record["video"]), scores.get(record["video"]), 64 + ROW * number)
    if len(films) < len(records):
        parts.append(svg.draw_text(12, 64 + ROW * len(films) + 16, f"{len(records) - len(films)} more", palette.GREY))
    return svg.compose_document(WIDTH, 64 + ROW * len(films) + 34, parts)


def _legend(films: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    there = {part["reason"] for film in films for part in film["segments"]}
    x = 12.0
    for word, colour in COLOURS.items():
        if word in there or not word:
            name = word or "used"
            yield svg.draw_box(x, 14, 14, 14, colour, 2)
            yield svg.draw_text(x + 20, 26, name)
            x += 40 + svg.width_of(name)
    yield svg.draw_text(x, 26, "strokes: cuts found below, true cuts above", palette.GREY)


def _row(record: Mapping[str, Any], truth: Truth | None, score: CutScore | None, top: float) -> Iterator[str]:
    start, end = record["span"]
    scale = (WIDTH - LEFT - 20) / (end - start)

    def at(seconds: float) -> float:
        return LEFT + (seconds - start) * scale

    yield svg.draw_text(12, top + 15, svg.shorten(record["video"], 18), bold=True)
    summary = f"{end - start:.1f} s" + (f", F1 {score.f1:.2f}" if score else "")
    yield svg.draw_text(12, top + 31, summary, palette.GREY, 11)
    yield svg.draw_box(at(start), top + 6, (end - start) * scale, 18, palette.TRACK)
    for part in record["segments"]:
        colour = COLOURS.get(part["reason"], palette.GREY)
        title = f"{part['start']:.3f} to {part['end']:.3f} s: {part['reason'] or 'used'} {part['detail']}"
        yield svg.draw_box(
            at(part["start"]), top + 6, max(1, (part["end"] - part["start"]) * scale - 1), 18, colour, 1, title
        )
        if part["reason"] and (part["end"] - part["start"]) * scale > svg.width_of(part["reason"], 10):
            middle = at((part["start"] + part["end"]) / 2)
            yield svg.draw_text(middle, top + 19, part["reason"], palette.PAPER, 10, "middle")
    for cut in record["cuts"]:
        width = max(1.6, (cut["end"] - cut["start"]) * scale)
        yield svg.draw_box(at(cut["start"]) - 0.8, top + 26, width, 9, CUT, 0, f"{cut['kind']} at {cut['start']:.3f} s")
    rate = truth.rate if truth else Fraction(1)
    for change in truth.transitions if truth else ():
        if change.is_cut:
            first, last = (float(frame / rate) for frame in (change.start, change.end))
            yield svg.draw_box(at(first) - 0.8, top - 5, max(1.6, (last - first) * scale), 9, TRUE_CUT, 0, change.kind)
