"""How well tracks fit the truth, of each video whose truth is known: a table, a page of the report, a sentence."""

from collections.abc import Mapping
from dataclasses import dataclass

from framewright.report.page import table_page

FIGURES = ("hota", "detection", "association", "idf1", "recall", "mota", "purity")
HEAD = ("video", *FIGURES, "switches", "classes", "purities")


@dataclass(frozen=True)
class Accuracy:
    """All 0..1 but `mota`, which may be negative, and `switches`: how often an object's track became another one.

    Only tracks of annotated `classes` count: whether others are right, nobody knows.
    """

    hota: float
    detection: float  # the part of HOTA that is about boxes
    association: float  # and the part about who is who
    idf1: float
    recall: float  # share of the objects' places that a box overlaps by half
    mota: float
    switches: int
    purity: float = 1.0  # mean over the tracks: the share of their frames that show the track's main object
    classes: tuple[str, ...] = ()  # that are annotated
    purities: tuple[tuple[str, float], ...] = ()  # of each track, by its id


def format_accuracy(parts: Mapping[str, Accuracy]) -> str:
    """The accuracy of each video as tab-separated text; the last column has each track's id and purity."""
    lines = ["\t".join(HEAD)]
    for video, accuracy in parts.items():
        figures = (f"{getattr(accuracy, name):.4f}" for name in FIGURES)
        purities = " ".join(f"{tid}={share:.4f}" for tid, share in accuracy.purities)
        lines.append("\t".join([video, *figures, str(accuracy.switches), ", ".join(accuracy.classes), purities]))
    return "\n".join(lines) + "\n"


def make_accuracy_page(text: str) -> str:
    """That text as a page of the report, without each track's purity."""
    shown = "".join(line.rpartition("\t")[0] + "\n" for line in text.splitlines())
    return table_page("Tracks against the truth", shown, "None is known.")


def accuracy_sentence(text: str) -> str:
    """That text as a sentence for a card; empty where no truth is known."""
    rows = [line.split("\t") for line in text.splitlines()[1:]]
    figures = "; ".join(
        f"{row[0]}: HOTA {float(row[1]):.2f}, IDF1 {float(row[4]):.2f}, purity {float(row[7]):.2f} ({row[9]})"
        for row in rows
    )
    return f"Accuracy where objects are annotated, of annotated classes alone: {figures}." if rows else ""
