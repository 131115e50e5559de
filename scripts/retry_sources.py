"""Forget the sources that failed for a passing reason: what `make retry-sources` runs. The next run asks again."""

import argparse
import sys
from pathlib import Path

from framewright.errors import UserError
from framewright.sources.outcome import read_outcome


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("results", type=Path, nargs="?", default=Path("results"), help="(default: results)")
    parser.add_argument("--list", action="store_true", help="only say which and why")
    parser.add_argument("--reason", action="append", default=[], help="forget those dead of this, too, such as age")
    options = parser.parse_args()
    try:
        count = forget(options.results / "sources", options.reason, only_list=options.list)
    except UserError as error:
        sys.exit(f"retry-sources: {error}")
    done = "would be forgotten" if options.list else "forgotten; the next run tries them again"
    print(f"{count} {'source' if count == 1 else 'sources'} {done}")


def forget(sources: Path, reasons: list[str], *, only_list: bool) -> int:
    """Name the sources that may live again or are dead of `reasons`, delete their results, and return how many."""
    if not sources.is_dir():
        raise UserError(f"{sources}: no such folder; give the folder of results")
    records = ((path.parent, read_outcome(path)) for path in sorted(sources.glob("*/source.json")))
    again = [(folder, outcome) for folder, outcome in records if outcome.retry or outcome.reason in reasons]
    if again and not only_list:
        # Snakemake makes a missing file only for something that is missing or stale behind it.
        (sources / "summary.tsv").unlink(missing_ok=True)
    for folder, outcome in again:
        print(f"{outcome.video}\t{outcome.reason}\t{outcome.detail}")
        for name in () if only_list else ("probe.json", "truth.json", "video", "source.json"):
            (folder / name).unlink(missing_ok=True)
    return len(again)


if __name__ == "__main__":
    main()
