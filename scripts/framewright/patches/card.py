"""What the dataset of patches is, for its card, and the rows of its index."""

import csv
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

from framewright.report.card import Column, Dataset, Front

DATASET = Dataset(
    name="framewright-patches",
    description=(
        "Training pairs for video super-resolution by a factor of 3, cut out of films: a sharp patch of the middle one "
        "of seven neighbouring frames, and stacks of five and of seven small copies of the same place, one below the "
        "other. Bright films are tone-mapped for ordinary screens; ordinary ones are as they were decoded."
    ),
    records="patches",
    columns={
        "gt": Column(
            "text", "The sharp patch, relative to the folder `dataset` beside this card's folder; names a row."
        ),
        "lr_5frames": Column("text", "The stack of five small frames; the sharp one is the third."),
        "lr_7frames": Column("text", "The stack of seven small frames; the sharp one is the fourth."),
        "category": Column("text", "The model that it is for."),
        "split": Column("text", "train, val or test: all patches of a film are in one."),
        "format": Column("text", "Its format, which says its size."),
        "width": Column("whole", "Pixels of the sharp patch from left to right."),
        "height": Column("whole", "Pixels of the sharp patch from top to bottom."),
        "video": Column("text", "The film's name in all results."),
        "seconds": Column("number", "When its middle frame appears in the film."),
        "colour": Column("text", "How the film's pictures were made to fit an ordinary screen."),
        "kernel": Column("text", "How small copies are made."),
        "sharpness": Column("number", "The share of its detail that is fine, from 0 to 100."),
    },
    cites=(),
    privacy=(
        "Patches show whatever the films show, faces too: they must stay sharp, or nothing can be learnt from them. "
        "Share them only where each film's licence and each person shown allow it."
    ),
    limits=(
        "Small copies are made by a kernel that is known; real small videos are made by others, and compressed.",
        "Films are 8 bits here, whatever they were: bright light beyond an ordinary screen's is bent down to it.",
        "Licences are what the table of videos says; nobody has checked them.",
    ),
    front=Front(
        title="Super-resolution pairs",
        load='datasets.PatchPairs("results/patches/dataset/Universal/Mastermodell/Learn/Patches", frames=5)',
        picture="results/patches/preview/general.png",
    ),
)


def read_rows(path: str | Path) -> Iterator[dict[str, Any]]:
    """A row of the index for each patch of a manifest."""
    with Path(path).open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE):
            x1, y1, x2, y2 = map(int, row["crop"].split(","))
            times = row["times"].split(",")
            yield {name: row[name] for name in DATASET.columns if name in row} | {
                "width": x2 - x1,
                "height": y2 - y1,
                "seconds": float(Fraction(times[len(times) // 2])),
                "colour": row["chain"],
                "sharpness": float(row["window_sharpness"]),
            }
