"""A `Progress` for tests: it remembers what passed through it."""

from collections.abc import Callable, Iterable, Iterator


class Counting:
    """`loops` has a list for each loop: its total, its unit, and how much was counted when it ended or now."""

    def __init__(self) -> None:
        self.loops: list[list] = []

    def __call__(
        self,
        items: Iterable,
        total: float | None = None,
        unit: str = "items",
        size: Callable = lambda item: 1,
    ) -> Iterator:
        loop = [len(items) if total is None and hasattr(items, "__len__") else total, unit, 0]
        self.loops.append(loop)
        for item in items:
            yield item
            loop[2] += size(item)
