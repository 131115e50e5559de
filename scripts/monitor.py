"""Show how far the patches have come, from the files of a run alone: what `make monitor` runs, beside the run.

By film and category: what is done and wanted, images a minute, the share of places that became a patch, time left; and
the disk. It may be started and stopped at any time, also on another machine that sees the same folder.
"""

import argparse
import shutil
import sys
import time
from pathlib import Path

from rich.console import Console, Group
from rich.live import Live
from rich.table import Table
from rich.text import Text

from framewright.errors import UserError
from framewright.patches.progress import (
    PartProgress,
    Progress,
    ProgressRow,
    measure_progress,
    read_lost,
    read_parts,
    read_wanted,
)

COLUMNS = ("film", "category", "patches", "of", "", "images/min", "kept", "jobs", "time left")
AROUND = 9  # lines of a screen that are not films


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("results", type=Path, nargs="?", default=Path("results"), help="(default: results)")
    parser.add_argument("--once", action="store_true", help="print the state, with all films, and end")
    parser.add_argument("--seconds", type=float, default=2.0, help="between two looks (default: 2)")
    options = parser.parse_args()
    console, known = Console(highlight=False), {}
    try:
        if options.once:
            console.print(picture(*look(options.results, known)))
            return
        with Live(console=console, screen=True, auto_refresh=False) as live:
            while True:
                live.update(picture(*look(options.results, known), console.height - AROUND), refresh=True)
                time.sleep(options.seconds)
    except KeyboardInterrupt:
        return
    except UserError as error:
        sys.exit(f"monitor: {error}")


def look(results: Path, known: dict[Path, PartProgress]) -> tuple[Progress, int]:
    """The state of the run whose results are there, and the free bytes of their disk."""
    folder = results / "patches"
    try:
        wanted = read_wanted(folder / "wanted.tsv")
    except FileNotFoundError as error:
        raise UserError(f"{folder / 'wanted.tsv'}: not there yet; start snakemake, or give its results") from error
    lost = read_lost(sorted(folder.glob("plans/*/plan.json")))
    parts = list(read_parts(folder / "parts", {own.root: own.category for own in wanted}, known))
    return measure_progress(wanted, lost, parts, time.time()), shutil.disk_usage(results).free


def picture(state: Progress, free: int, most: int | None = None) -> Group:
    """The state for a terminal; with `most` films that are being cut come first, then the others as far as they fit."""
    table = Table(box=None, header_style="dim", padding=(0, 2, 0, 0))
    for name in COLUMNS:
        left = name in ("film", "category", "")
        table.add_column(name, justify="left" if left else "right", no_wrap=True, overflow="ellipsis")
    films = sorted(state.films, key=lambda row: (not row.running, not row.left)) if most else state.films
    room = len(films) if most is None else max(1, most - len(state.categories))
    for row in films[:room]:
        table.add_row(*cells(row), style="green" if not row.left else "" if row.running else "dim")
    table.add_section()
    if len(films) > room:
        table.add_row(f"and {len(films) - room:,} more", style="dim")
    for row in state.categories:
        table.add_row(*cells(row, "all films"), style="bold")
    table.add_row(*cells(state.total, "all films", "all"), style="bold")
    more = (
        ""
        if state.bytes_expected is None
        else f", {max(0.0, state.bytes_expected - state.bytes) / 1e9:,.2f} GB more to come"
    )
    disk = f"disk: {state.bytes / 1e9:,.2f} GB in patches{more}, {free / 1e9:,.0f} GB free"
    full = state.bytes_expected is not None and state.bytes_expected - state.bytes > free
    return Group(table, Text(), Text(disk, style="bold red" if full else ""))


def cells(row: ProgressRow, film: str = "", category: str = "") -> list[str]:
    """A row's text, column by column."""
    share = (row.done / row.target) if row.target else 1.0
    bar = "█" * round(10 * share) + "░" * (10 - round(10 * share))
    kept = "" if row.success is None else f"{100 * row.success:.0f} %"
    rate = f"{row.images_a_minute:,.0f}" if row.images_a_minute and row.left else ""
    running = str(row.running or "")
    return [
        *(row.video or film, row.category or category, f"{row.done:,}", f"{row.target:,}", bar),
        *(rate, kept, running, remaining(row)),
    ]


def remaining(row: ProgressRow) -> str:
    """The time left in words; what is lost of a film that is done."""
    if not row.left:
        return "done" if row.done == row.target else f"done, {row.target - row.done:,} lost"
    if row.seconds_left is None:
        return ""
    minutes = round(row.seconds_left / 60)
    if minutes < 1:
        return "< 1 min"
    days, hours = divmod(minutes // 60, 24)
    return f"{days} d {hours} h" if days else f"{hours} h {minutes % 60:02d} min" if hours else f"{minutes} min"


if __name__ == "__main__":
    main()
