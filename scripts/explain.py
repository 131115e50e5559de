"""Tell one video's way through all stages, from what a run has written: what `make explain VIDEO=street` runs."""

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from framewright.errors import UserError
from framewright.sources.advice import in_words, list_advice
from framewright.sources.outcome import read_outcome
from framewright.study.config import did_you_mean
from framewright.study.declared import read_declared
from framewright.study.funnel import Stage, count, read_outcomes
from framewright.video.probe import read_probe

COLUMNS = ("pipeline", "stage", "in", "kept", "dropped", "why")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("video", help="its id in the table of videos")
    parser.add_argument("results", type=Path, nargs="?", default=Path("results"), help="(default: results)")
    options = parser.parse_args()
    console = Console(highlight=False, soft_wrap=not sys.stdout.isatty())
    try:
        explain(console, options.results, options.video)
    except UserError as error:
        sys.exit(f"explain: {error}")


def explain(console: Console, results: Path, video: str) -> None:
    """Print what the video is, its way through each pipeline's stages, and what can be done about it."""
    folder = folder_of(results, video)
    outcome = read_outcome(folder / "source.json")
    console.print(f"[bold]{video}[/]  {escape(outcome.source)}")
    try:
        probe = read_probe(folder / "probe.json")
    except OSError as error:
        raise UserError(f"{folder}: not probed yet; run snakemake first") from error
    declared = read_declared(results.glob("sources/declared/*.tsv")).get(video)
    if declared is None:
        console.print("no row of the last run's table names it: it is in no dataset")
    licence = declared.licence if declared else None
    if probe.usable:
        console.print(in_words(probe))
        console.print(f"licence: {escape(licence or 'unknown')}")
    for note in probe.notes:
        console.print(f"note: {escape(note)}")
    show(console, list(way(results, video)))
    for sentence in list_advice(outcome, probe, licence):
        console.print(f"[bold]to do:[/] {escape(sentence)}")


def folder_of(results: Path, video: str) -> Path:
    """The folder of the video's source, if there is one."""
    known = sorted(path.parent.name for path in results.glob("sources/*/source.json"))
    if not known:
        raise UserError(f"{results}: no sources there; run snakemake first, or give the folder of results")
    if video not in known:
        raise UserError(f"no video {video} in {results}{did_you_mean(video, known)}")
    return results / "sources" / video


def way(results: Path, video: str) -> Iterator[tuple[str, Stage]]:
    """The stages that the video or its parts entered, by pipeline, beginning with the sources."""
    for path in sorted(results.glob("*/outcomes.tsv"), key=lambda path: (path.parent.name != "sources", path)):
        for stage in count(item for item in read_outcomes(path) if item.video == video):
            yield path.parent.name, stage


def show(console: Console, stages: list[tuple[str, Stage]]) -> None:
    """Print the stages as a table in a terminal, and as tab-separated lines elsewhere."""
    rows = [
        (pipeline, stage.name, f"{stage.entered:,}", f"{stage.kept:,}", f"{stage.dropped:,}", why(stage))
        for pipeline, stage in stages
    ]
    if not console.is_terminal:
        for row in (COLUMNS, *rows):
            print("\t".join(row))
        return
    table = Table(box=None, header_style="dim", padding=(0, 2, 0, 0))
    for name in COLUMNS:
        table.add_column(name, justify="right" if name in ("in", "kept", "dropped") else "left")
    for row, (_, stage) in zip(rows, stages, strict=True):
        table.add_row(*map(escape, row), style="red" if not stage.kept else "yellow" if stage.dropped else "green")
    console.print(table)


def why(stage: Stage) -> str:
    """The reasons of a stage, each with its number, its first items and what was said of the first."""
    if stage.entered == 1:
        return "; ".join(f"{reason.word}: {reason.detail}" for reason in stage.reasons)
    return "; ".join(
        f"{reason.word} {reason.number:,} ({', '.join(reason.examples)}): {reason.detail}" for reason in stage.reasons
    )


if __name__ == "__main__":
    main()
