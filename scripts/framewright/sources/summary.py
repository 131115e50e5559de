"""What became of all videos, as one table that a person reads and a program can."""

import csv
import re
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from framewright.report.page import page, plain, table
from framewright.sources.outcome import Outcome
from framewright.study.funnel import Item

COLUMNS = (
    *("video", "status", "reason", "retry", "source", "kind", "seconds", "frames", "width", "height", "rate"),
    *("colour", "codec", "audio", "bytes", "sha256", "licence", "notes"),
)
SHOWN = ("video", "status", "remarks", "seconds", "pixels", "rate", "colour", "licence", "source")
MOST = 500  # rows on a page
WORDS = {  # what begins the sentence of a rejected video, and its word for the funnel
    "this is text": "text",
    "this is a web page": "page",
    "this is a playlist": "playlist",
    "this is a picture": "picture",
    "this is an archive": "archive",
    "the file is empty": "empty",
    "it begins as a video": "cut-off",
    "it changed": "unfinished",
    "not a media file|its header is damaged": "unreadable",
    "there is no video": "no-video",
    "no decoder": "codec",
    "none of its frames": "undecodable",
    "its pictures": "too-large",
    "reading it|decoding it": "decoder",
    "its sha256": "checksum",
    "it ends at|it begins at": "out-of-range",
}


def summary(videos: Iterable[tuple[Outcome, dict]]) -> tuple[str, list[Item], str]:
    """Return the table as tab-separated text, one row per video, the outcomes, and a line that counts them.

    A video is `ok`, `dead` (could not be had) or `rejected` (can't be used); each pair holds the record of its
    source and its probe, and is not kept. Every video enters the stage `source`, and `probe` if it could be had.
    """
    lines, sources, probes, counts = ["\t".join(COLUMNS)], [], [], Counter()
    for outcome, probe in videos:
        row = _row(outcome, probe)
        lines.append("\t".join(_cell(row[name]) for name in COLUMNS))
        counts[row["status"]] += 1
        sources.append(Item("source", outcome.video, "", outcome.reason or "", outcome.detail))
        if outcome.status == "ok":
            said = probe["reason"] or "; ".join(probe["notes"])
            probes.append(Item("probe", outcome.video, "", word_of(probe["reason"]), said))
    counted = ", ".join(f"{count} {status}" for status, count in sorted(counts.items()))
    return "\n".join(lines) + "\n", sources + probes, counted


def summary_page(text: str) -> str:
    """The table as a page for people: what can't be used first, and of very many videos only the first ones."""
    header, *lines = [line.split("\t") for line in text.splitlines()]
    rows = sorted((dict(zip(header, line, strict=True)) for line in lines), key=lambda row: row["status"] == "ok")
    for row in rows[:MOST]:
        row["remarks"] = row["reason"] + "; worth another try" * bool(row["retry"]) or row["notes"]
        row["pixels"] = f"{row['width']} x {row['height']}" if row["width"] else ""
        row["licence"] = row["licence"] or "UNKNOWN"
    shown = [[plain(row[name]) for name in SHOWN] for row in rows[:MOST]]
    rest = f"These are {MOST:,} of {len(rows):,}; `results/sources/summary.tsv` has all." if len(rows) > MOST else ""
    return page("Sources", f"# What became of each video\n\n{rest}\n\n{table(SHOWN, shown)}\n")


def read_summary(path: str | Path) -> dict[str, dict[str, str]]:
    """The rows of the sources' summary by video, their cells as text."""
    with Path(path).open(encoding="utf-8", newline="") as file:
        return {row["video"]: row for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)}


def read_licences(path: str | Path) -> dict[str, str]:
    """The licence of each video as the table of videos names it, empty where none is known; from the summary."""
    return {video: row["licence"] for video, row in read_summary(path).items()}


def word_of(reason: str | None) -> str:
    """One word for the sentence that says why a video can't be used; empty for None."""
    if not reason:
        return ""
    return next((word for start, word in WORDS.items() if re.match(start, reason)), "rejected")


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
        "sha256": probe["sha256"],
        "licence": probe["licence"],
        "notes": "; ".join(probe["notes"]),
    }


def _cell(value: object) -> str:
    """A cell's text: tabs and line breaks would break the table, and nothing is better said by an empty cell."""
    return "" if value is None or value is False else " ".join(str(value).split())
