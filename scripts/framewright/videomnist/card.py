"""What the moving digits are, for their card, and the rows of its index."""

import re
from collections.abc import Iterable
from dataclasses import replace

from framewright.report.card import Column, Dataset, Front
from framewright.study.contract import Finding
from framewright.videomnist.digit_files import EMBEDDED

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
        "place": Column("whole", "Its number within the split: its first frame is `<split>_idx[place]`."),
        "digit": Column("whole", "The digit that it shows, 0 to 9."),
        "picture": Column("whole", "The place of the picture in the file that it comes from."),
        "motion": Column("text", "How the digit moves."),
        "speed": Column("number", "Pixels a frame. No step is longer, and the mean of a motion is within 5 % of it."),
        "margin": Column("whole", "The least number of pixels between ink and the nearest edge, of all frames."),
        "pixels": Column("whole", "The least number of pixels that are not black, of all frames."),
        "ink": Column("number", "The least share of the digit's ink in a frame; interpolation moves it around 1."),
        "offset": Column("number", "The most pixels between the centre of mass of its ink and the trajectory."),
        "step": Column("number", "The most pixels that its centre of mass moves from one frame to the next."),
        "mean_step": Column("number", "The pixels that its centre of mass moves a frame, on average."),
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


def _front(findings: Iterable[Finding]) -> Front:
    """What the report says first, with how far digits are from their recorded paths."""
    for finding in findings:
        if finding.name == "digits are where the trajectory says" and (off := re.search(r"[0-9.]+", finding.detail)):
            return DATASET.front.with_figure(off[0], "pixels at most between a digit and its recorded path")
    return DATASET.front
