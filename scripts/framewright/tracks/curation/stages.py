"""The subsets in the funnel: which tracks may be chosen, and why each subset took no more of them; counts alone."""

from collections.abc import Iterable, Mapping, Sequence

from framewright.study.funnel import EXAMPLES, Item, Reason, Stage, count
from framewright.tracks.curation.options import Subset
from framewright.tracks.curation.relaxation import ClassFill
from framewright.tracks.curation.study import LeftOut

OTHERS = {  # why a subset left out a track of a class that it filled
    "random": "not-drawn",
    "picked": "not-listed",
}


def list_stages(entered: int, without: Iterable[LeftOut], fills: Mapping[Subset, Sequence[ClassFill]]) -> list[Stage]:
    """A stage for all tracks of the index, of which those `without` are dropped, and a stage for each subset."""
    dropped = [
        Item("candidates", one.video, one.track[:8], one.reason, f"repeats {one.partner}" if one.partner else "")
        for one in without
    ]
    reasons = count(dropped)[0].reasons if dropped else ()
    return [Stage("candidates", entered, reasons), *(_stage(subset, rows) for subset, rows in fills.items())]


def _stage(subset: Subset, rows: Sequence[ClassFill]) -> Stage:
    """A class that is not full has no more tracks that meet what is asked; of a full one, the others rank lower."""
    unfit = "below-threshold" if subset.constraints.active else "not-measured"
    below = {row.name: row.found - row.taken for row in rows if row.taken < row.asked and row.found > row.taken}
    full = {row.name: row.found - row.taken for row in rows if row.taken >= row.asked and row.found > row.taken}
    counted = [(OTHERS.get(subset.strategy, "class-full"), full), (unfit, below)]
    reasons = [Reason(word, sum(left.values()), _largest(left), "") for word, left in counted if left]
    ordered = tuple(sorted(reasons, key=lambda reason: (-reason.number, reason.word)))
    return Stage(f"subset {subset.name}", sum(row.found for row in rows), ordered)


def _largest(left: Mapping[str, int]) -> tuple[str, ...]:
    """The classes that most tracks were left of."""
    return tuple(sorted(left, key=lambda name: (-left[name], name))[:EXAMPLES])
