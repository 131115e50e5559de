"""How far long work has come, said every ten seconds in a job's log.

The library iterates over `progress(items, total, "frames")` and knows no clock; a script passes `job.start_progress()`.
"""

import logging
import re
import threading
from collections.abc import Callable, Iterable, Iterator, Sized
from typing import Protocol, TypeVar

Item = TypeVar("Item")
SECONDS = 10.0  # between two lines
MEGABYTE = 1_000_000
UNITS = {"s": 1, "min": 60, "h": 3600, "d": 86_400}  # seconds
LEFT = re.compile(r", about ((?:\d+ (?:s|min|h|d) )+)left$")


def _count_one(item: object) -> float:
    return 1


class Progress(Protocol):
    """Whatever passes items on and notices how many have passed."""

    def __call__(
        self,
        items: Iterable[Item],
        total: float | None = None,
        unit: str = "items",
        size: Callable[[Item], float] = _count_one,
    ) -> Iterator[Item]:
        """The items; `total` is how many there will be where that is known, `unit` their name in the plural.

        `size` tells how much an item counts: one, or the megabytes of a piece of a file.
        """


def report_nothing(
    items: Iterable[Item],
    total: float | None = None,
    unit: str = "items",
    size: Callable[[Item], float] = _count_one,
) -> Iterator[Item]:
    """The items, and nothing is said: the default of the library."""
    return iter(items)


def count_megabytes(piece: bytes) -> float:
    """The size of a piece of a file, for the unit MB."""
    return len(piece) / MEGABYTE


class Reporter:
    """A `Progress` whose state is one line: the share that is done, the time so far and the time left.

    Loops may be nested: the line names all of them, the outermost first.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._begin = clock()
        self._loops: list[_Loop] = []
        self._note = ""

    def note(self, text: str) -> None:
        """Say this in every line until all loops have ended: how well the work goes, such as its loss."""
        self._note = f"; {text}" if text else ""

    def __call__(
        self,
        items: Iterable[Item],
        total: float | None = None,
        unit: str = "items",
        size: Callable[[Item], float] = _count_one,
    ) -> Iterator[Item]:
        """The items, counted as they pass."""
        known = len(items) if total is None and isinstance(items, Sized) else total
        loop = _Loop(known, unit, self._clock())
        self._loops.append(loop)
        try:
            for item in items:
                yield item
                loop.done += size(item)
        finally:
            self._loops.remove(loop)
            if not self._loops:
                self._note = ""

    def line(self) -> str:
        """`30 %: 1,234 of 4,170 frames, 1 min 20 s so far, about 3 min left`; only the time where no loop runs."""
        now, loops = self._clock(), list(self._loops)
        so_far = f"{format_duration(now - self._begin)} so far"
        if not loops:
            return so_far
        timed = next((loop for loop in loops if loop.done and loop.total), None)
        share, left = "", ""
        if timed is not None and timed.total:
            part = min(1.0, timed.done / timed.total)
            share = f"{100 * part:.0f} %: "
            left = f", about {format_duration((now - timed.begin) * (1 - part) / part)} left"
        return f"{share}{'; '.join(map(str, loops))}{self._note}, {so_far}{left}"

    def report(self, log: logging.Logger, seconds: float = SECONDS) -> threading.Event:
        """Log the line every so many seconds, from a thread that ends with the process or when the event is set."""
        stop = threading.Event()

        def work() -> None:
            while not stop.wait(seconds):
                log.info("%s", self.line())

        threading.Thread(target=work, name="progress", daemon=True).start()
        return stop


class _Loop:
    def __init__(self, total: float | None, unit: str, begin: float) -> None:
        self.total, self.unit, self.begin, self.done = total, unit, begin, 0.0

    def __str__(self) -> str:
        of = f" of {self.total:,.0f}" if self.total else ""
        return f"{self.done:,.0f}{of} {self.unit}"


def format_duration(seconds: float) -> str:
    """A time in the two largest units that it has: `45 s`, `3 min 05 s`, `2 h 10 min`, `4 d 3 h`."""
    whole = max(0, round(seconds))
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02d} s"
    if whole < 86_400:
        return f"{whole // 3600} h {whole % 3600 // 60:02d} min"
    return f"{whole // 86_400} d {whole % 86_400 // 3600} h"


def read_seconds_left(line: str) -> float | None:
    """How long a job will take by the last line that it logged, where that tells."""
    found = LEFT.search(line)
    words = found[1].split() if found else []
    return sum(int(count) * UNITS[unit] for count, unit in zip(words[::2], words[1::2], strict=True)) or None
