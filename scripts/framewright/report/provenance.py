"""Where a dataset comes from: the files that it was made of, by their digests, for its card."""

from collections.abc import Mapping
from itertools import islice
from pathlib import Path

import pyarrow.parquet as pq

from framewright.report.page import escape_markdown, render_table
from framewright.study.rows import Column

SOURCES: Mapping[str, Column] = {
    "video": Column("text", "The video's name in all results; names a row."),
    "sha256": Column("text", "The digest of its file, as it came."),
    "source": Column("text", "Where it came from, if everybody can get it there."),
    "licence": Column("text", "The licence that the table of videos states."),
}
LISTED = 10  # sources in the card for people


def compose_provenance(chain: str, table: str | Path) -> str:
    """The section of the card for people: how a source became an item, in words, and the first sources of a table."""
    rows = pq.read_table(table).to_pylist()
    shown = [(escape_markdown(row["video"]), f"`{row['sha256'] or 'not read'}`") for row in islice(rows, LISTED)]
    more = f"\n\n{len(rows) - LISTED:,} more are in `{Path(table).name}`." if len(rows) > LISTED else ""
    listed = f"\n\n{render_table(('video', 'sha256 of its file'), shown)}{more}" if shown else ""
    return f"{chain} `{Path(table).name}` has the sha256 of each source.{listed}"
