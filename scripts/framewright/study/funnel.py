"""What entered each stage of a pipeline and what was dropped there, item by item, and the funnel these add up to.

Every pipeline writes its outcomes, one row for each item that entered a stage, as `results/<pipeline>/outcomes.tsv`.
"""

import heapq
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from pathlib import Path
from typing import NamedTuple

from framewright.errors import UserError

COLUMNS = ("pipeline", "stage", "in", "kept", "dropped", "reason", "examples")
COUNTED = ("stage", "in", "reason", "dropped", "examples", "detail")  # of a table of stages, counted already
EXAMPLES = 3


class Item(NamedTuple):
    """An item that entered a stage, kept where `reason` is empty.

    Its name is `item`, or that of its video where the whole video is the item; what is made from nothing has no video.
    """

    stage: str
    video: str
    item: str = ""
    reason: str = ""  # one word for all dropped of the same cause, such as gone
    detail: str = ""  # a sentence on this one

    @property
    def name(self) -> str:
        """The item's name, or its video's."""
        return self.item or self.video


class Reason(NamedTuple):
    """A cause that items were dropped for: how many, the names of the first ones, and what was said of the first."""

    word: str
    number: int
    examples: tuple[str, ...]
    detail: str


class Stage(NamedTuple):
    """How many items entered a stage and why some were dropped there, the most frequent reason first."""

    name: str
    entered: int
    reasons: tuple[Reason, ...]

    @property
    def dropped(self) -> int:
        """The number of items that went no further."""
        return sum(reason.number for reason in self.reasons)

    @property
    def kept(self) -> int:
        """The number of items that passed."""
        return self.entered - self.dropped


def write_outcomes(path: str | Path, items: Iterable[Item]) -> None:
    """Write a row for each item, in the order given; the same items give the same bytes."""
    with Path(path).open("w", encoding="utf-8", newline="\n") as file:
        for row in chain([Item._fields], items):
            file.write("\t".join(" ".join(cell.split()) for cell in row) + "\n")


def read_outcomes(path: str | Path) -> Iterator[Item]:
    """The items in `path`, one after the other: there may be millions."""
    with Path(path).open(encoding="utf-8") as file:
        if tuple(file.readline().rstrip("\n").split("\t")) != Item._fields:
            raise UserError(f"{path}: its columns are not {', '.join(Item._fields)}; delete it and run again")
        for number, line in enumerate(file, start=2):
            cells = line.rstrip("\n").split("\t")
            if len(cells) != len(Item._fields):
                raise UserError(f"{path}: row {number} has {len(cells)} cells; delete it and run again")
            yield Item._make(cells)


def merge_outcomes(paths: Iterable[str | Path], stages: Sequence[str]) -> Iterator[Item]:
    """The items of all buckets, stage after stage and by video, as if there were one bucket.

    Each file has its items in the order of `stages`, and those of a stage by video.
    """
    rank = {stage: number for number, stage in enumerate(stages)}
    return heapq.merge(*map(read_outcomes, paths), key=lambda item: (rank[item.stage], item.video))


def count(items: Iterable[Item]) -> list[Stage]:
    """The stages in the order in which they were entered first.

    >>> stage, = count([Item("clip", "film", "1"), Item("clip", "film", "2", "short")])
    >>> stage.entered, stage.kept, stage.reasons[0].word
    (2, 1, 'short')
    """
    entered: dict[str, int] = {}
    dropped: dict[str, dict[str, Reason]] = {}
    for item in items:
        entered[item.stage] = entered.get(item.stage, 0) + 1
        reasons = dropped.setdefault(item.stage, {})
        if item.reason:
            word, number, examples, detail = reasons.get(item.reason, Reason(item.reason, 0, (), item.detail))
            named = (*examples, item.name) if len(examples) < EXAMPLES else examples
            reasons[item.reason] = Reason(word, number + 1, named, detail)
    return [
        Stage(name, number, tuple(sorted(dropped[name].values(), key=lambda reason: (-reason.number, reason.word))))
        for name, number in entered.items()
    ]


def write_stages(path: str | Path, stages: Iterable[Stage]) -> None:
    """Write stages that are counted already, without their items: a row of totals, then a row for each reason."""
    rows = [COUNTED]
    for stage in stages:
        rows.append((stage.name, str(stage.entered), "", "", "", ""))
        rows += [
            (stage.name, "", reason.word, str(reason.number), ", ".join(reason.examples), reason.detail)
            for reason in stage.reasons
        ]
    text = "".join("\t".join(" ".join(cell.split()) for cell in row) + "\n" for row in rows)
    Path(path).write_text(text, encoding="utf-8")


def read_stages(path: str | Path) -> list[Stage]:
    """The stages that `write_stages` wrote."""
    lines = [line.split("\t") for line in Path(path).read_text(encoding="utf-8").splitlines()]
    if not lines or tuple(lines[0]) != COUNTED:
        raise UserError(f"{path}: its columns are not {', '.join(COUNTED)}; delete it and run again")
    stages: list[Stage] = []
    for name, entered, word, number, examples, detail in lines[1:]:
        if word:
            reason = Reason(word, int(number), tuple(examples.split(", ")) if examples else (), detail)
            stages[-1] = stages[-1]._replace(reasons=(*stages[-1].reasons, reason))
        else:
            stages.append(Stage(name, int(entered), ()))
    return stages


def read_funnel(outcomes: Iterable[tuple[str, str]], counted: Iterable[tuple[str, str]] = ()) -> dict[str, list[Stage]]:
    """The stages of each pipeline, from its outcomes, and after them those of `counted`; both name (pipeline, path)."""
    funnel = {pipeline: count(read_outcomes(path)) for pipeline, path in outcomes}
    for pipeline, path in counted:
        funnel[pipeline] += read_stages(path)
    return funnel


def funnel_table(funnel: Mapping[str, Sequence[Stage]]) -> str:
    """The stages of all pipelines as tab-separated text: a row of totals for each stage, then a row for each reason.

    In a row with a reason, `dropped` counts that reason alone. A pipeline that nothing entered has one row without a
    stage.
    """
    rows = [COLUMNS]
    for pipeline, stages in funnel.items():
        for stage in stages or [Stage("", 0, ())]:
            rows.append((pipeline, stage.name, str(stage.entered), str(stage.kept), str(stage.dropped), "", ""))
            rows += [
                (pipeline, stage.name, "", "", str(reason.number), reason.word, ", ".join(reason.examples))
                for reason in stage.reasons
            ]
    return "".join("\t".join(row) + "\n" for row in rows)
