"""What became of all videos, as one table that a person reads and a program can."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path

from framewright.report.page import escape_markdown, render_page, render_table
from framewright.sources.outcome import Outcome
from framewright.study.declared import Declared
from framewright.study.funnel import Item
from framewright.video.probe import Probe

COLUMNS = (
    *("video", "status", "reason", "retry", "source", "kind", "seconds", "frames", "width", "height", "rate"),
    *("colour", "codec", "audio", "bytes", "sha256", "licence", "notes"),
)
STAGES = ("source", "probe")
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


def summarise_videos(
    videos: Iterable[tuple[Outcome, Probe]], declared: Mapping[str, Declared]
) -> tuple[str, list[Item], str]:
    """Return the table as tab-separated text, one row per video, the outcomes, and a line that counts them.

    A video is `ok`, `dead` (could not be had) or `rejected` (can't be used); each pair holds the record of its
    source and its probe, and is not kept. The licence is what the table declares. Every video enters the stage
    `source`, and `probe` if it could be had.
    """
    lines, sources, probes = ["\t".join(COLUMNS)], [], []
    counts: Counter[str] = Counter()
    for outcome, probe in videos:
        row = _row(outcome, probe, declared[outcome.video].licence)
        lines.append("\t".join(_cell(row[name]) for name in COLUMNS))
        counts[str(row["status"])] += 1
        sources.append(Item("source", outcome.video, "", outcome.reason or "", outcome.detail))
        if outcome.status == "ok":
            detail = probe.reason or "; ".join(probe.notes)
            probes.append(Item("probe", outcome.video, "", word_of(probe.reason), detail))
    counted = ", ".join(f"{count} {status}" for status, count in sorted(counts.items()))
    return "\n".join(lines) + "\n", sources + probes, counted


def join_summaries(paths: Iterable[str | Path]) -> str:
    """The tables of all buckets as one, sorted by video."""
    lines = [line for path in paths for line in Path(path).read_text(encoding="utf-8").splitlines()[1:]]
    return "\n".join(["\t".join(COLUMNS), *sorted(lines, key=lambda line: line.split("\t")[0])]) + "\n"


def summary_page(text: str) -> str:
    """The table as a page for people: what can't be used first, and of very many videos only the first ones."""
    header, *lines = [line.split("\t") for line in text.splitlines()]
    rows = sorted((dict(zip(header, line, strict=True)) for line in lines), key=lambda row: row["status"] == "ok")
    for row in rows[:MOST]:
        row["remarks"] = row["reason"] + "; worth another try" * bool(row["retry"]) or row["notes"]
        row["pixels"] = f"{row['width']} x {row['height']}" if row["width"] else ""
        row["licence"] = row["licence"] or "UNKNOWN"
    shown = [[escape_markdown(row[name]) for name in SHOWN] for row in rows[:MOST]]
    rest = f"These are {MOST:,} of {len(rows):,}; `results/sources/summary.tsv` has all." if len(rows) > MOST else ""
    return render_page("Sources", f"# What became of each video\n\n{rest}\n\n{render_table(SHOWN, shown)}\n")


def word_of(reason: str | None) -> str:
    """One word for the sentence that says why a video can't be used; empty for None."""
    if not reason:
        return ""
    return next((word for start, word in WORDS.items() if re.match(start, reason)), "rejected")


def _row(outcome: Outcome, probe: Probe, licence: str) -> dict[str, object]:
    width, height = probe.displayed_size
    return {
        "video": outcome.video,
        "status": "dead" if outcome.status == "dead" else probe.status,
        "reason": probe.reason,
        "retry": outcome.retry and "yes",
        "source": outcome.source,
        "kind": outcome.kind,
        "seconds": round(probe.duration, 3) if probe.frames else None,
        "frames": probe.frames or None,
        "width": width or None,
        "height": height or None,
        "rate": f"{probe.rate}{' variable' * probe.rate_varies}" if probe.frames else None,
        "colour": probe.colour.kind if probe.frames else None,
        "codec": probe.codec,
        "audio": probe.audio,
        "bytes": probe.bytes if probe.sha256 else None,
        "sha256": probe.sha256,
        "licence": licence,
        "notes": "; ".join(probe.notes),
    }


def _cell(value: object) -> str:
    """A cell's text: tabs and line breaks would break the table, and nothing is better said by an empty cell."""
    return "" if value is None or value is False else " ".join(str(value).split())
