"""What became of all videos, as one table that a person reads and a program can."""

from collections import Counter
from collections.abc import Iterable

from framewright.sources.outcome import Outcome

COLUMNS = (
    *("video", "status", "reason", "retry", "source", "kind", "seconds", "frames", "width", "height", "rate"),
    *("colour", "codec", "audio", "bytes", "licence", "notes"),
)


def summary(videos: Iterable[tuple[Outcome, dict]]) -> tuple[str, str]:
    """Return the table as tab-separated text, one row per video, and a line that counts the outcomes.

    A video is `ok`, `dead` (could not be had) or `rejected` (can't be used); each pair holds the record of its
    source and its probe.
    """
    rows = [_row(outcome, probe) for outcome, probe in videos]
    lines = ["\t".join(COLUMNS), *("\t".join(_cell(row[name]) for name in COLUMNS) for row in rows)]
    counts = Counter(row["status"] for row in rows)
    return "\n".join(lines) + "\n", ", ".join(f"{count} {status}" for status, count in sorted(counts.items()))


def _row(outcome: Outcome, probe: dict) -> dict:
    width, height = probe["displayed_size"] or (None, None)
    return {
        "video": outcome.video,
        "status": "dead" if outcome.status == "dead" else probe["status"],
        "reason": probe["reason"],
        "retry": outcome.retry and "yes",
        "source": outcome.source,
        "kind": outcome.kind,
        "seconds": probe["duration"] and round(probe["duration"], 3),
        "frames": probe["frames"],
        "width": width,
        "height": height,
        "rate": probe["rate"] and probe["rate"] + (" variable" if probe["rate_varies"] else ""),
        "colour": probe["colour"] and probe["colour"]["class"],
        "codec": probe["codec"],
        "audio": probe["audio"] and probe["audio"]["codec"],
        "bytes": probe["bytes"],
        "licence": probe["licence"],
        "notes": "; ".join(probe["notes"]),
    }


def _cell(value: object) -> str:
    """A cell's text: tabs and line breaks would break the table, and nothing is better said by an empty cell."""
    return "" if value is None or value is False else " ".join(str(value).split())
