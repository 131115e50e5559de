"""What became of each clip in each stage, for the funnel."""

from collections.abc import Iterable, Iterator, Mapping

from framewright.persistence.shard import Account
from framewright.study.funnel import Item


def list_outcomes(samples: int, base: Iterable[Account], arms: Mapping[str, Iterable[Account]]) -> Iterator[Item]:
    """An item for each clip and stage that it entered: the base set, then each arm."""
    there = list(range(samples))
    stages = [("base", base), *((f"augment {name}", accounts) for name, accounts in arms.items())]
    for number, (stage, accounts) in enumerate(stages):
        lost = {index: (reason, detail) for account in accounts for index, reason, detail in account.lost}
        yield from (Item(stage, "", f"traj_{index:05d}", *lost.get(index, ("", ""))) for index in there)
        if number == 0:  # each arm begins with what is left of the base set
            there = [index for index in there if index not in lost]
