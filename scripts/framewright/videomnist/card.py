"""What the moving digits are, for their card, and the rows of its index."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from framewright.report.card import Background, Column, Dataset, Front
from framewright.study.contract import Finding
from framewright.study.rows import merge_rows
from framewright.videomnist.digit_files import EMBEDDED
from framewright.videomnist.row_columns import COLUMNS, DIGITS

DATASET = Dataset(
    name="framewright-videomnist",
    description=(
        "Videos of handwritten digits that move over a black frame, for VideoGPT and other models of video. "
        "`videomnist.h5` has them in grey, as documented; `videomnist-videogpt.h5` has them in colour and "
        "with one frame more, as VideoGPT's loader wants them. Each video is a function of the seed, its split and "
        "its number; beside its frames stand the digit, the picture that it shows, its motion, its speed, and its "
        "trajectory: x, y in pixels, angle in degrees clockwise, and scale, of each frame."
    ),
    records="videos",
    columns={
        "video": Column("text", "The video's name: its split and its number."),
        "split": Column("text", "train or test; the two show different pictures."),
        **COLUMNS,
    },
    cites=("VideoGPT", "MNIST"),
    privacy="Handwritten digits without names; nothing else of a person is in it.",
    limits=(
        "Thin digits are drawn larger than others, so that enough of them can be seen; their scale says by how much.",
        "With more videos of a digit than there are pictures, pictures return, with another motion.",
    ),
    front=Front(
        title="Moving digits",
        load='datasets.MovingDigits("results/videomnist/videomnist.h5", split="train")',
        picture="results/videomnist/samples/videomnist_montage.png",
        gallery="results/videomnist/gallery/index.html",
    ),
    background=Background(
        collection="Handwritten digits of MNIST were moved over a black frame, by seeds.",
        annotation="Labels are those of MNIST.",
        biases=("Digits are those of MNIST's writers.",),
        uses=("Training and rating generative models of video, and prediction of frames.",),
        tasks=("video-classification",),
    ),
)
ALONE = "One digit moves alone, without noise, background or occlusion."
SEVERAL = (
    "Digits pass through one another; the label, and the index below, are of the first, and each is checked alone."
)
SMALL = "The digits are scikit-learn's (8x8 pixels), enlarged to MNIST's 20: softer than MNIST's, and fewer writers."
# As the collections themselves state them.
LICENCE_SMALL = "CC-BY-4.0 (digits of E. Alpaydin and C. Kaynak, UCI)"
LICENCE_MNIST = "CC-BY-SA-3.0 (digits of Y. LeCun, C. Cortes and C. Burges)"


def describe_dataset(place: str, digits: int, findings: Iterable[Finding]) -> Dataset:
    """The dataset with so many digits a video from `place`, and the figures that its contract found."""
    findings = list(findings)
    held = " ".join(f"{finding.name[0].upper()}{finding.name[1:]}: {finding.detail}." for finding in findings)
    small = place == EMBEDDED
    return replace(
        DATASET,
        description=f"{DATASET.description} Checked: {held}",
        limits=(*([SMALL] if small else []), ALONE if digits == 1 else SEVERAL, *DATASET.limits),
        licence=LICENCE_SMALL if small else LICENCE_MNIST,
        front=_front(findings),
    )


def list_index_rows(paths: Iterable[str | Path]) -> Iterator[dict[str, Any]]:
    """A row of the index for each moving digit that is served, from the shared rows; converted films have none."""
    for row in merge_rows(paths):
        if row["path"] == DIGITS:
            yield {"video": row["item"], "split": row["split"]} | {name: row[name] for name in COLUMNS}


def _front(findings: Iterable[Finding]) -> Front:
    """What the report says first, with how far digits are from their recorded paths."""
    for finding in findings:
        if finding.name == "digits are where the trajectory says" and (off := re.search(r"[0-9.]+", finding.detail)):
            return DATASET.front.with_figure(off[0], "pixels at most between a digit and its recorded path")
    return DATASET.front
