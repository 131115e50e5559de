"""Which pipelines a run makes: those that are asked for and have something to work on."""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path

from framewright.study.table import Video

NONE = "none"  # in place of a detector's weights: search for nothing
WHOLE = {"all", "cards", "overview"}  # targets that ask for every pipeline of the configuration
OTHERS = {*WHOLE, "sources", "check", "forecast"}
SHOWN = 3  # videos that a line names
HOW = (
    "name weights: download some of the YOLO family, such as yolo11n.pt from github.com/ultralytics/assets/releases, "
    "or export a model of yours to ONNX"
)
WITHOUT = {
    "tracks": "or write none, for segments and covered faces without tracks",
    "flexpatch": "or write none, and flexpatch makes nothing",
}


def find_asked(arguments: Sequence[str], pipelines: Iterable[str], configured: Iterable[str]) -> list[str]:
    """The pipelines that a command line asks for by its targets, rules or files; without any, those `configured`."""
    known = {*pipelines}
    named = _find_named(arguments, known)
    if not named or WHOLE & {*named}:
        return list(configured)
    return [word for word in dict.fromkeys(named) if word in known]


def name_words(arguments: Sequence[str], pipelines: Iterable[str], configured: Iterable[str]) -> str:
    """What a command line asks for, joined by `+`: sources, pipelines, and cards where it asks for a whole study."""
    known = {*pipelines}
    named = _find_named(arguments, known)
    whole = not named or WHOLE & {*named} or not {*named} <= known | OTHERS
    words = [*configured, "cards"] if whole else [word for word in dict.fromkeys(named) if word in known]
    return "+".join(["sources", *words])


def _find_named(arguments: Sequence[str], known: Collection[str]) -> list[str]:
    named = []
    for word in arguments:
        if word.startswith("results/"):
            named.append(word.split("/")[1])
        elif re.fullmatch("[a-z]+(_[a-z]+)*", word) and word.partition("_")[0] in {*known} | OTHERS:
            named.append(word.partition("_")[0])
    return named


def find_idle(
    pipelines: Iterable[str], needing_rows: Iterable[str], rows: Iterable[Video], detectors: Mapping[str, str | None]
) -> dict[str, str]:
    """Of these pipelines those that make nothing, each with a line that says why.

    `needing_rows` are those that work on rows of the table, `detectors` the weights of those that need them to make
    anything.
    """
    named = {word for row in rows for word in row.pipelines}
    idle = {}
    for word in pipelines:
        if word in needing_rows and word not in named:
            idle[word] = f"{word}: makes nothing: no row of the video table names it in the column pipelines"
        elif detectors.get(word) == NONE:
            idle[word] = f"{word}: makes nothing: {word}.detector.weights is none"
    return idle


def find_emptied(results: str | Path, used: Collection[str]) -> list[str]:
    """The pipelines that have rows in the folder of results and nothing to work on any more."""
    made = {path.parent.name for path in Path(results).glob("*/rows")}
    return sorted(made - {*used, "sources"})


def list_detector_faults(
    asked: Iterable[str], rows: Iterable[Video], detectors: Mapping[str, str | None], table: str
) -> list[str]:
    """A line for each pipeline that would search videos of the user's with the demo's detector.

    It knows the scenes that the workflow draws itself, and would give false labels to anything else.
    """
    lines = []
    for word in asked:
        asking = [row.video for row in rows if word in row.pipelines and row.kind != "demo"]
        if word in detectors and detectors[word] is None and asking:
            names = ", ".join(asking[:SHOWN]) + (f" and {len(asking) - SHOWN:,} more" if len(asking) > SHOWN else "")
            lines.append(
                f"config: {word}.detector.weights = null: the demo's detector knows demo: scenes alone and would label "
                f"other videos of {table} falsely ({names}); {HOW}, {WITHOUT.get(word, 'or write none')}"
            )
    return lines
