"""The few shapes that our charts are made of, as SVG text: coordinates are pixels, y grows downwards."""

from collections.abc import Iterable
from html import escape

from framewright.report.palette import GREY, INK, PAPER

FONT = "system-ui, -apple-system, 'Segoe UI', 'DejaVu Sans', sans-serif"


def compose_document(width: float, height: float, parts: Iterable[str]) -> str:
    """A whole picture on white paper."""
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height:.0f}" width="{width:.0f}"'
            f' height="{height:.0f}" font-family="{FONT}" font-size="13">',
            f'<rect width="100%" height="100%" fill="{PAPER}"/>',
            *parts,
            "</svg>\n",
        ]
    )


def compose_page(title: str, drawing: str) -> str:
    """A page that shows an SVG document as large as it is drawn, and scrolls where the window is smaller."""
    head = f'<meta charset="utf-8"><title>{escape(title)}</title><style>body {{ margin: 1rem }}</style>'
    return f'<!doctype html>\n<html lang="en">\n<head>{head}</head>\n<body>\n{drawing}</body>\n</html>\n'


def draw_text(
    x: float,
    y: float,
    words: str,
    fill: str = INK,
    size: float = 13,
    anchor: str = "start",
    bold: bool = False,
    rest: str = "",
) -> str:
    """Words on a line, `y` being its foot; `anchor` says which end of them is at `x`: start, middle or end.

    `rest` follows them in grey and is never bold.
    """
    weight = ' font-weight="600"' if bold else ""
    more = f'<tspan dx="5" font-weight="400" fill="{GREY}">{escape(rest)}</tspan>' if rest else ""
    place = f'x="{x:.1f}" y="{y:.1f}" font-size="{size:g}" text-anchor="{anchor}"'
    return f'<text {place}{weight} fill="{fill}">{escape(words)}{more}</text>'


def draw_box(x: float, y: float, width: float, height: float, fill: str, round_by: float = 0, title: str = "") -> str:
    """A filled rectangle; `title` is shown where a pointer rests on it."""
    place = f'x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}"'
    shape = f'<rect {place} rx="{round_by:g}" fill="{fill}"'
    return f"{shape}><title>{escape(title)}</title></rect>" if title else f"{shape}/>"


def draw_dot(x: float, y: float, radius: float, fill: str) -> str:
    """A filled circle around (x, y)."""
    return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius:g}" fill="{fill}"/>'


def width_of(words: str, size: float = 13) -> float:
    """About how wide a line of text is, rather too wide than too narrow: fonts differ between machines."""
    return 0.6 * size * len(words)


def shorten(words: str, most: int) -> str:
    """The words themselves, or their beginning where there are more than `most` characters."""
    return words if len(words) <= most else f"{words[: most - 1].rstrip()}…"
