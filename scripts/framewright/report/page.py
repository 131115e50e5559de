"""Pages for the report: Markdown as one self-contained file of HTML that opens offline."""

import re
from collections.abc import Iterable, Sequence
from html import escape

from markdown_it import MarkdownIt

STYLE = """
body { font: 15px/1.55 system-ui, -apple-system, "Segoe UI", "DejaVu Sans", sans-serif; color: #22272e;
  max-width: 70rem; margin: 2rem auto; padding: 0 1.5rem; }
h1 { font-size: 1.6rem } h2 { font-size: 1.15rem; margin-top: 2rem; border-bottom: 1px solid #e3e6ea }
table { border-collapse: collapse; font-size: .88rem; display: block; overflow-x: auto }
th, td { text-align: left; padding: .3rem .8rem .3rem 0; border-bottom: 1px solid #eef0f3; vertical-align: top }
td:last-child { overflow-wrap: anywhere; min-width: 12rem }
th { color: #6b7480; font-weight: 600 }
pre { background: #f6f7f9; border-radius: 6px; padding: .8rem 1rem; overflow-x: auto }
code { font: .85em ui-monospace, Menlo, Consolas, monospace }
"""


def render_page(title: str, markdown: str) -> str:
    """A page that shows the text; HTML within it is shown as it is written, and not obeyed."""
    body = MarkdownIt("js-default").render(markdown)
    head = f'<meta charset="utf-8"><title>{escape(title)}</title><style>{STYLE}</style>'
    return f'<!doctype html>\n<html lang="en">\n<head>{head}</head>\n<body>\n{body}</body>\n</html>\n'


def render_table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table in Markdown, its cells being Markdown as well: see `plain`."""
    lines = [header, ("---",) * len(header), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def table_page(title: str, text: str, nothing: str) -> str:
    """A page that shows tab-separated text with a header as a table, or says `nothing` where it has no row."""
    head, *rows = ([escape_markdown(cell) for cell in line.split("\t")] for line in text.splitlines())
    return render_page(title, f"# {title}\n\n{render_table(head, rows) if rows else nothing}\n")


def escape_markdown(words: str) -> str:
    """Text that others wrote, such that Markdown shows it as it is, on one line.

    >>> print(escape_markdown("*a* | b"))
    \\*a\\* \\| b
    """
    return re.sub(r"([\\`*_{}\[\]<>|#&~!])", r"\\\1", " ".join(words.split()))
