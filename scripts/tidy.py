"""List what a study has made and asks for no more, and remove it when told to: what `make tidy` runs.

    make tidy                 # what belongs to nothing: of videos that left the table, of an earlier configuration
    make tidy ARGS=--yes      # and remove it, with its logs and benchmarks

What the study asks for follows the --config and --configfile of the last run that made something, unless others stand
behind two dashes: ARGS="--yes -- --config seed=7". Removed is only what jobs of this study made, never a film, a table
or a configuration.
"""

import argparse
import os
import shlex
import sys
from pathlib import Path

from framewright.errors import UserError
from framewright.study.leftovers import (
    count_files,
    find_leftovers,
    list_outputs,
    list_targets,
    read_made,
    remove_leftovers,
)
from framewright.study.monitor.events import read_choices

HOUSE = Path(__file__).resolve().parent.parent
SHOWN = 20  # lines


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--folder", type=Path, default=Path(), help="where the study is (default: here)")
    parser.add_argument("--yes", action="store_true", help="remove what is listed")
    parser.add_argument("options", nargs="*", help="options for Snakemake, behind --")
    arguments = parser.parse_args()
    try:
        if not (arguments.folder / "results").is_dir():
            raise UserError(f"{arguments.folder}: no results there; say where: make tidy DIR=study")
        os.chdir(arguments.folder)
        tidy(arguments.yes, arguments.options)
    except UserError as error:
        sys.exit(f"tidy: {error}")


def tidy(remove: bool, options: list[str]) -> None:
    """Print the leftovers of the study in the current folder; remove them if told to."""
    if list(Path(".snakemake/locks").glob("*")):
        raise UserError("a run works here, or was killed; wait for it, or end it with make resume")
    if not options and (options := read_choices(Path())):
        print(f"as the last run: {shlex.join(options)}", file=sys.stderr)
    pipelines = sorted(path.parent.name for path in (HOUSE / "scripts/framewright").glob("*/settings.py"))
    outputs = list_outputs(sys.executable, str(HOUSE / "Snakefile"), options, list_targets("results", pipelines))
    found = find_leftovers(read_made(".snakemake"), outputs)
    sizes = [count_files(one) for one in found]
    for one in found[:SHOWN]:
        print(f"{one.path}  ({one.rule})")
    if len(found) > SHOWN:
        print(f"and {len(found) - SHOWN:,} more")
    files, size = sum(count for count, _ in sizes), sum(size for _, size in sizes)
    if not found:
        print("tidy: nothing is left over")
    elif remove:
        print(f"tidy: {remove_leftovers(found):,} files removed, logs included, {size / 1e6:,.1f} MB")
    else:
        print(f"tidy: {files:,} files, {size / 1e6:,.1f} MB belong to nothing; make tidy ARGS=--yes removes them")


if __name__ == "__main__":
    main()
