"""Make a video table of a folder of videos, or of a list of links and YouTube ids: what `make table DIR=...` runs.

The table goes to standard output or to --output, remarks on odd entries to standard error.
"""

import argparse
import sys
from pathlib import Path

from framewright.errors import UserError
from framewright.sources.discover import Found, from_folder, from_list
from framewright.study.table import read_table
from framewright.video.file_type import LONG_ENOUGH, is_text

COLUMNS = ("video", "source", "pipelines", "categories", "licence")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("place", type=Path, help="a folder, or a text with one link or YouTube id in each line")
    parser.add_argument("-o", "--output", type=Path, help="the table to write (default: standard output)")
    parser.add_argument("--force", action="store_true", help="overwrite it; ids of videos that it holds are kept")
    parser.add_argument("--pipelines", default="tracks", help="for every row, such as tracks,patches (default: tracks)")
    parser.add_argument("--categories", default="", help="for every row, such as general=0.3,space=0.4 (default: none)")
    parser.add_argument("--licence", default="", help="for every row, such as CC-BY-4.0 (default: none)")
    options = parser.parse_args()
    try:
        print(make_table(options), file=sys.stderr)
    except UserError as error:
        sys.exit(f"make table: {error}")


def make_table(options: argparse.Namespace) -> str:
    """Write the table and return a line on what was done."""
    if options.output and options.output.exists() and not options.force:
        raise UserError(f"{options.output} exists; --force overwrites it")
    found = look(options.place, ids_of(options.output))
    for line in found.odd:
        print(line, file=sys.stderr)
    if not found.rows:
        raise UserError(f"{options.place}: no video found")
    shared = (options.pipelines, options.categories, options.licence)
    lines = ["\t".join(COLUMNS), *("\t".join((row.video, row.source, *shared)) for row in found.rows)]
    if options.output:
        options.output.parent.mkdir(parents=True, exist_ok=True)
        options.output.write_text("\n".join(lines) + "\n", encoding="utf-8")
    else:
        sys.stdout.reconfigure(encoding="utf-8")
        print("\n".join(lines))
    odd = f"{len(found.odd)} odd {'entry' if len(found.odd) == 1 else 'entries'}"
    return f"{len(found.rows)} videos, {odd}"


def look(place: Path, known: dict[str, str]) -> Found:
    """What the folder holds, or the text names."""
    if place.is_dir():
        return from_folder(place.absolute(), Path.cwd(), known)
    remedy = "give a folder, or a text with a link or YouTube id in each line"
    try:
        with place.open("rb") as file:
            head = file.read(LONG_ENOUGH)
        if not is_text(head):
            raise UserError(f"{place}: not a text; {remedy}")
        return from_list(place.read_text(encoding="utf-8-sig"), known)
    except OSError as error:
        raise UserError(f"{place}: cannot be read ({error.strerror}); {remedy}") from error
    except UnicodeDecodeError as error:
        raise UserError(f"{place}: not a text in UTF-8; {remedy}") from error


def ids_of(table: Path | None) -> dict[str, str]:
    """The ids in a table that is there already, by source."""
    if not table or not table.exists():
        return {}
    cells = read_table(table)
    rows = (dict(zip(cells.header, row, strict=False)) for row in cells.rows)
    return {row["source"]: row["video"] for row in rows if "source" in row and "video" in row}


if __name__ == "__main__":
    main()
