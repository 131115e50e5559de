"""The state of a study as lines for a terminal, at least 80 columns wide."""

from collections.abc import Sequence

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from framewright.study.monitor.snapshot import Counts, Failure, Part, Snapshot, Working
from framewright.study.progress import format_duration

BAR = 10  # characters
STATUS = {"running": "green", "done": "bold green", "failed": "bold red", "killed": "bold red", "elsewhere": "yellow"}
RUNNING, FAILED = 8, 4  # jobs that are shown of those that run or failed, at least


def render(snapshot: Snapshot, height: int | None = None) -> Group:
    """The state, in at most `height` lines where that is given; what is left out is counted."""
    room = RUNNING if height is None else max(2, (height - len(snapshot.parts) - 14) // 2)
    lines: list[RenderableType] = [*_head(snapshot), Text(), _parts(snapshot.parts)]
    for title, rows in snapshot.counts.items():
        if rows:
            lines += [Text(), _counts(title, rows)]
    if snapshot.running:
        lines += [Text(), *_running(snapshot.running, room)]
    if snapshot.failures:
        lines += [Text(), *_failures(snapshot.failures, FAILED)]
    return Group(*lines, Text(), *_machine(snapshot))


def _head(snapshot: Snapshot) -> list[Text]:
    share = f" ({100 * snapshot.done / snapshot.wanted:.0f} %)" if snapshot.wanted else ""
    words = [f"{snapshot.done:,} of {snapshot.wanted:,} jobs{share}", format_duration(snapshot.seconds)]
    if snapshot.status in ("running", "elsewhere"):
        words.append(f"{snapshot.jobs_a_minute:,.{1 if snapshot.jobs_a_minute < 10 else 0}f}/min")
        if snapshot.seconds_left is not None:
            words.append(f"{format_duration(snapshot.seconds_left)} left")
    first = Text.assemble((snapshot.status, STATUS[snapshot.status]), "  ", ", ".join(words))
    notes = {
        "killed": f"The run was killed. To go on where it was: {snapshot.resume}",
        "failed": "The run ended with jobs undone: mend what failed, then run snakemake again.",
        "elsewhere": f"The run belongs to process {snapshot.pid} on {snapshot.host}.",
    }
    note = notes.get(snapshot.status)
    return [first, Text(note, overflow="ellipsis")] if note else [first]


def _parts(parts: Sequence[Part]) -> Table:
    table = _table("", "", "done", "of", "running", "failed")
    for part in parts:
        style = "red" if part.failed else "green" if part.done >= part.wanted else "" if part.running else "dim"
        cells = [f"{part.done:,}", f"{part.wanted:,}", _or_blank(part.running), _or_blank(part.failed)]
        table.add_row(part.name, draw_bar(part.done, part.wanted), *cells, style=style)
    return table


def _counts(title: str, rows: Counts) -> Table:
    table = _table(title, *list(rows[0])[1:])
    for row in rows:
        table.add_row(*map(_cell, row.values()))
    return table


def _running(running: Sequence[Working], room: int) -> list[Text]:
    lines = [Text("running", "dim")]
    for job in running[:room]:
        parts = [format_duration(job.seconds)]
        parts += [f"{job.cpu:.0%} CPU".replace("%", " %")] if job.cpu is not None else []
        parts += [format_size(job.rss)] if job.rss is not None else []
        lines.append(_line(Text.assemble((job.job, "bold"), "  ", ", ".join(parts))))
        lines += [_line(Text(f"  {job.line}", "dim"))] if job.line else []
    return lines + _more(len(running) - room)


def _failures(failures: Sequence[Failure], room: int) -> list[Text]:
    lines = [Text("failed", "dim")]
    for failure in failures[:room]:
        lines.append(_line(Text.assemble((failure.job, "bold red"), "  ", failure.reason)))
        lines.append(_line(Text(f"  {failure.log}", "dim")))
    return lines + _more(len(failures) - room)


def _machine(snapshot: Snapshot) -> list[Text]:
    cpu = "" if snapshot.cpu is None else f"{snapshot.cpu:.1f} of {snapshot.cores} CPUs, "
    process_memory = "" if snapshot.rss is None else f"{format_size(snapshot.rss)} memory, "
    memory = f"{format_size(snapshot.memory_used)} of {format_size(snapshot.memory)} in use"
    used = "being counted" if snapshot.disk_used is None else format_size(snapshot.disk_used)
    speed = ""
    if snapshot.read is not None and snapshot.written is not None:
        speed = f", read {format_size(snapshot.read)}/s, written {format_size(snapshot.written)}/s"
    lines = [
        f"cpu   {cpu}{process_memory}{memory}",
        f"disk  {used} in results, {format_size(snapshot.disk_free)} left{speed}",
    ]
    lines += [f"gpu   {gpu}" for gpu in snapshot.gpus]
    if snapshot.queue is not None:
        counts = ", ".join(f"{count:,} {state.lower()}" for state, count in snapshot.queue.items())
        lines.append(f"queue {counts or 'no jobs of this study'}")
    return [_line(Text(line)) for line in lines]


def draw_bar(done: int, wanted: int) -> str:
    """The share that is done as a bar; it is full when all is done, and not before."""
    filled = BAR if done >= wanted else int(BAR * done / wanted)
    return "█" * filled + "░" * (BAR - filled)


def format_size(count: float) -> str:
    """`640 MB`, with three digits."""
    for unit in ("B", "kB", "MB", "GB"):
        if count < 999.5:
            return f"{count:.0f} {unit}" if unit == "B" or count >= 99.95 else f"{count:.1f} {unit}"
        count /= 1000
    return f"{count:.1f} TB"


def _table(*names: str) -> Table:
    table = Table(box=None, header_style="dim", padding=(0, 2, 0, 0), pad_edge=False)
    for index, name in enumerate(names):
        table.add_column(name, justify="left" if index == 0 or not name else "right", no_wrap=True)
    return table


def _line(text: Text) -> Text:
    text.no_wrap, text.overflow = True, "ellipsis"
    return text


def _more(count: int) -> list[Text]:
    return [Text(f"and {count:,} more", "dim")] if count > 0 else []


def _or_blank(count: int) -> str:
    return f"{count:,}" if count else ""


def _cell(value: object) -> str:
    match value:
        case None:
            return ""
        case int():
            return f"{value:,}"
        case float():
            return f"{value:,.0f}"
    return str(value)
