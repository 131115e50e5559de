"""Pages of the report show what others wrote as it is, and fetch nothing."""

import re
from html import unescape

import pytest

from framewright.report.page import escape_markdown, render_page, render_table
from framewright.sources.summary import COLUMNS, MOST, summary_page


def shown(html: str) -> str:
    """The words of a page's body."""
    return unescape(re.sub(r"<[^>]+>", "", html.partition("<body>")[2]))


@pytest.mark.parametrize(
    "words",
    [
        *("a|b", "*bold*", "`code`", "<script>alert(1)</script>", "[x](javascript:alert(1))", "![x](http://a/b.png)"),
        *("# no title", "&amp;", "a_b_c ~~d~~", "films\\new\\1.mp4", "Zoë, 映画"),
    ],
)
def test_what_others_wrote_is_shown_as_it_is(words):
    html = render_page("title", render_table(("a", "b"), [(escape_markdown(words), "end")]))
    assert f"{words}\nend" in shown(html)
    assert "<script" not in html and "<img" not in html and "href" not in html


def test_line_breaks_do_not_break_a_table():
    assert render_page("t", render_table(("a",), [(escape_markdown("two\n\nlines"),)])).count("<tr>") == 2


def test_a_page_names_no_other_file_or_address():
    html = render_page("t", "# Head\n\n| a |\n| --- |\n| b |\n")
    assert not re.search(r"src=|url\(|https?:|@import", html)


def test_the_summary_shows_first_what_cannot_be_used():
    rows = [[f"v{n}", "dead" if n == MOST + 5 else "ok", *[""] * (len(COLUMNS) - 2)] for n in range(MOST + 10)]
    html = summary_page("".join("\t".join(row) + "\n" for row in [COLUMNS, *rows]))
    assert html.index(f"v{MOST + 5}<") < html.index("v0<")
    assert html.count("<tr>") == MOST + 1
    assert f"These are {MOST} of {MOST + 10}" in shown(html)
