"""The funnel as a picture: a bar for each stage, what was kept in one colour, what was dropped in one a reason."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from framewright.report import palette, svg
from framewright.report.palette import DROPPED, KEPT, RARE
from framewright.study.funnel import Reason, Stage

WIDTH, MARGIN, LABELS, NUMBERS = 960, 32, 160, 188  # of the picture, its edges, the columns left and right of the bars
FULL = WIDTH - 2 * MARGIN - LABELS - NUMBERS
BAR, LINE, GAP = 22, 20, 12  # heights of a bar, of a line of reasons, and between stages
LEAST = 3  # a bar that stands for something is never thinner
LONGEST = 44  # characters of a reason or a stage


def draw(funnel: Mapping[str, Sequence[Stage]]) -> str:
    """Return the funnel of all pipelines as an SVG document.

    A bar is as long as its stage is full. Where all that was kept goes on, the next bar is as long as that; where the
    items become others (a film becomes clips), it is as long as can be.
    """
    colours = _colours(stage for stages in funnel.values() for stage in stages)
    parts, y = [*_title(bool(colours))], 88.0
    for pipeline, stages in funnel.items():
        parts.append(svg.draw_text(MARGIN, y + 16, pipeline, size=16, bold=True))
        y += 32
        for stage, length in zip(stages, _lengths(stages), strict=True):
            parts += _bar(y, stage, length, colours)
            chips = list(_chips(stage.reasons))
            parts += [part for chip in chips for part in _chip(y + BAR, *chip, colours)]
            y += BAR + (max(line for _, line, _ in chips) + 1) * LINE + 4 if chips else BAR
            y += GAP
        if not stages:
            parts.append(svg.draw_text(MARGIN + LABELS, y + 10, "nothing entered", palette.GREY))
            y += 16 + GAP
        y += 14
    return svg.compose_document(WIDTH, y + MARGIN - 26, parts)


def _title(with_dropped: bool) -> Iterator[str]:
    yield svg.draw_text(MARGIN, 44, "What went in, and what became of it", size=20, bold=True)
    yield svg.draw_dot(MARGIN + 5, 61, 4.5, KEPT)
    yield svg.draw_text(MARGIN + 15, 65, "kept", palette.GREY, 12)
    said = "every other colour is a reason for dropping" if with_dropped else "nothing was dropped"
    yield svg.draw_text(MARGIN + 56, 65, said, palette.GREY, 12)


def _lengths(stages: Sequence[Stage]) -> Iterator[float]:
    """How long each stage's bar is, in pixels."""
    length = float(FULL)
    for number, stage in enumerate(stages):
        before = stages[number - 1] if number else stage
        goes_on = number and stage.entered == before.kept and before.entered
        length = length * before.kept / before.entered if goes_on else float(FULL)
        yield length


def _bar(y: float, stage: Stage, length: float, colours: dict[str, str]) -> Iterator[str]:
    left = float(MARGIN + LABELS)
    yield svg.draw_text(left - 14, y + 15.5, svg.shorten(stage.name, 21), anchor="end")
    yield svg.draw_box(left, y, FULL, BAR, palette.TRACK, 3)
    shares = [(KEPT, stage.kept, "kept"), *((colours[r.word], r.number, r.word) for r in stage.reasons)]
    for colour, number, word in [share for share in shares if share[1]]:
        wide = max(LEAST, length * number / stage.entered)
        yield svg.draw_box(min(left, MARGIN + LABELS + FULL - wide), y, wide, BAR, colour, 2, f"{word}: {number:,}")
        left += wide
    if stage.entered and length * stage.kept / stage.entered > 60:
        yield svg.draw_text(MARGIN + LABELS + 10, y + 15.5, _percent(stage), palette.PAPER, 12, bold=True)
    of = f"of {stage.entered:,}" if stage.entered else "nothing entered"
    yield svg.draw_text(MARGIN + LABELS + FULL + 14, y + 15.5, f"{stage.kept:,}", bold=True, rest=of)


def _percent(stage: Stage) -> str:
    share = 100 * stage.kept / stage.entered
    if 0 < share < 1 or 99 < share < 100:
        return "< 1 %" if share < 1 else "> 99 %"
    return f"{share:.0f} %"


def _chips(reasons: Sequence[Reason]) -> Iterator[tuple[float, int, Reason]]:
    """Where each reason is written: its left edge, the line below the bar that it is on, and the reason."""
    x, line = 0.0, 0
    for reason in reasons:
        wide = svg.width_of(_words(reason), 12) + 30
        if x and x + wide > FULL + NUMBERS:
            x, line = 0.0, line + 1
        yield MARGIN + LABELS + x, line, reason
        x += wide


def _chip(top: float, x: float, line: int, reason: Reason, colours: dict[str, str]) -> Iterator[str]:
    y = top + 17 + line * LINE
    yield svg.draw_dot(x + 5, y - 4, 4.5, colours[reason.word])
    yield svg.draw_text(x + 15, y, _words(reason), palette.GREY, 12)


def _words(reason: Reason) -> str:
    return f"{svg.shorten(reason.word, LONGEST)} {reason.number:,}"


def _colours(stages: Iterable[Stage]) -> dict[str, str]:
    """A colour for each word, those first that come first in their stages; green is left to what was kept."""
    rank: dict[str, tuple[int, int]] = {}
    for stage in stages:
        for place, reason in enumerate(stage.reasons):
            rank[reason.word] = min(rank.get(reason.word, (place, 0)), (place, -reason.number))
    words = sorted(rank, key=lambda word: (rank[word], word))
    return dict.fromkeys(words, RARE) | dict(zip(words, DROPPED, strict=False))
