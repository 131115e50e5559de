"""How many windows each film gives to each category.

The Snakefile reads this: it needs nothing but Python itself.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor

Counts = dict[str, int]  # windows by category


@dataclass(frozen=True)
class Limits:
    """What bounds the number of windows: `windows` of a film with a share of 1; `targets`, the maximum of patches by
    category (None: any); `max_bytes` of all files (None: any), of which one patch takes `bytes_of` its category."""

    windows: int
    targets: Mapping[str, int | None]
    max_bytes: float | None
    bytes_of: Mapping[str, float]

    @property
    def couple_films(self) -> bool:
        """Whether the number of windows of a film depends on the other films."""
        return self.max_bytes is not None or any(target is not None for target in self.targets.values())


def allot(films: Mapping[str, Mapping[str, float]], limits: Limits) -> dict[str, Counts]:
    """Windows by film and category, from each film's shares: 3000 windows and a share of 0.3 make 900.

    Where a target or `max_bytes` would be exceeded, all films give the same fraction of what they would.
    """
    wanted = {
        film: {name: floor(Fraction(str(share)) * limits.windows + Fraction(1, 2)) for name, share in shares.items()}
        for film, shares in films.items()
    }
    for name, target in limits.targets.items():
        total = sum(counts.get(name, 0) for counts in wanted.values())
        if target is not None and total > target:
            _scale_down(wanted, [name], Fraction(target, total))
    expected = sum(count * limits.bytes_of[name] for counts in wanted.values() for name, count in counts.items())
    if limits.max_bytes is not None and expected > limits.max_bytes:
        _scale_down(wanted, list(limits.targets), Fraction(limits.max_bytes / expected))
    return {film: {name: count for name, count in counts.items() if count} for film, counts in wanted.items()}


def shrink_counts(counts: Mapping[str, int], room: int) -> Counts:
    """The counts of windows that a film with `room` for so many gives: all shrink alike, none by a window too much."""
    total = sum(counts.values())
    if total <= room:
        return dict(counts)
    exact = {name: Fraction(count * room, total) for name, count in counts.items()}
    shrunk = {name: floor(share) for name, share in exact.items()}
    left = room - sum(shrunk.values())
    for name in sorted(exact, key=lambda name: (shrunk[name] - exact[name], name))[:left]:
        shrunk[name] += 1
    return shrunk


def name_parts(counts: Mapping[str, int], windows_per_part: int) -> list[str]:
    """The names of a film's parts: 000, 001 ..."""
    parts = max(1, ceil(sum(counts.values()) / windows_per_part))
    return [f"{number:0{max(3, len(str(parts - 1)))}d}" for number in range(parts)]


def _scale_down(wanted: dict[str, Counts], names: Iterable[str], share: Fraction) -> None:
    """Scale the counts; rounding never makes their sum larger than the scaled sum."""
    for name in names:
        before = Fraction(0)
        for counts in wanted.values():
            after = before + counts.get(name, 0) * share
            if name in counts:
                counts[name] = floor(after) - floor(before)
            before = after
