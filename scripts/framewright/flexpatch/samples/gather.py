"""The samples of all videos in one table, with a side file that describes it."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from framewright.flexpatch.follow.features import Definition, check_definition, definition_record, read_definition
from framewright.flexpatch.samples.columns import COLUMNS, LABELS
from framewright.report.page import table_page
from framewright.study.definition import compute_definition, refuse_mixtures
from framewright.study.record import read_lines


def write_table(path: str | Path, tables: Iterable[str | Path]) -> int:
    """Join the tables of videos, in this order, below one header; returns the number of samples."""
    number = 0
    with Path(path).open("w", encoding="utf-8", newline="") as target:
        target.write(",".join(COLUMNS) + "\n")
        for table in tables:
            with Path(table).open(encoding="utf-8", newline="") as file:
                next(file)
                for line in file:
                    target.write(line)
                    number += 1
    return number


def read_records(paths: Iterable[str | Path]) -> list[dict[str, Any]]:
    """The records of the videos that are served, sorted by video, from the accounts of all buckets."""
    accounts = sorted(read_lines(paths), key=lambda account: account["video"])
    return [account["record"] for account in accounts if not account["why_not"]]


def refuse_other_settings(records: Iterable[Mapping[str, Any]], truths: Iterable[Mapping[str, Any]]) -> None:
    """A UserError where two videos were observed, or sampled, by different settings or detectors."""
    seen = ((truth["video"], compute_definition(truth.get("settings"), truth.get("detector"))) for truth in truths)
    refuse_mixtures("observations", seen)
    refuse_mixtures("samples", ((record["video"], record.get("settings", "")) for record in records))


def describe_table(
    records: Sequence[Mapping[str, Any]], truths: Sequence[Mapping[str, Any]], definition: Definition
) -> dict[str, Any]:
    """What the table of all these videos is: definition of its features, frames, detections, labels, and its truth.

    UserError where the record of a video names another definition, or was made by other settings than the others.
    """
    refuse_other_settings(records, truths)
    for record in records:
        check_definition(read_definition(record, record["video"]), definition, record["video"])
    labels = {label: sum(record["labels"][label] for record in records) for label in LABELS}
    return {
        **definition_record(definition),
        "columns": list(COLUMNS),
        "videos": [record["video"] for record in records],
        "frames": sum(record["frames"] for record in records),
        "detections": sum(record["detections"] for record in records),
        "samples": sum(record["samples"] for record in records),
        "labels": labels,
        "truth": {truth["video"]: truth["truth"] for truth in truths},
    }


def agreement_table(truths: Iterable[Mapping[str, Any]]) -> str:
    """How the detections fit the annotations of each video that has any, as tab-separated text."""
    rows = ["video\ttruth\tprecision\trecall\tidentity\tswitches"]
    for truth in truths:
        if agreement := truth["agreement"]:
            figures = "\t".join(f"{agreement[name]:.4f}" for name in ("precision", "recall", "identity"))
            rows.append(f"{truth['video']}\t{truth['truth']}\t{figures}\t{agreement['switches']}")
    return "\n".join(rows) + "\n"


def agreement_page(text: str) -> str:
    """That text as a page of the report."""
    return table_page("Detector against annotations", text, "No video has annotations.")
