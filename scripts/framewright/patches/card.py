"""What the dataset of patches is, for its card, and the rows of its index."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any

from framewright.report.card import Background, Column, Dataset, Front, Media
from framewright.report.provenance import SOURCES
from framewright.study.funnel import Stage
from framewright.study.rows import merge_rows

SCORED = ("sharpness", "blockiness", "diversity", "liveliness")
MOST = 3  # examples
PROVENANCE = (
    "The file of a film is its source. Windows of seven frames were cut out of it; the sharp frame is the middle one. "
    "A row of `index.parquet` has its film, the time of that frame in it, and how its colours were converted."
)
DATASET = Dataset(
    name="framewright-patches",
    description=(
        "Training pairs for video super-resolution by a factor of 3, cut out of films: a sharp patch of the middle one "
        "of seven neighbouring frames, and stacks of five and of seven low-resolution copies of the same place. PQ and "
        "HLG films are tone-mapped for ordinary screens; SDR films are converted exactly."
    ),
    records="patches",
    columns={
        "gt": Column(
            "text", "The sharp patch, relative to the folder `dataset` beside this card's folder; names a row."
        ),
        "lr_5frames": Column("text", "The stack of five low-resolution frames; the third belongs to the sharp patch."),
        "lr_7frames": Column(
            "text", "The stack of seven low-resolution frames; the fourth belongs to the sharp patch."
        ),
        "category": Column("text", "The category: the model that it is for."),
        "split": Column("text", "train, val or test: all patches of a film are in one."),
        "format": Column("text", "The name of its size."),
        "width": Column("whole", "Width of the sharp patch in pixels."),
        "height": Column("whole", "Height of the sharp patch in pixels."),
        "video": Column("text", "The id of the film in the table of videos."),
        "seconds": Column("number", "The time of its middle frame in the film, in seconds."),
        "colour": Column("text", "How frames were converted to 8 bits: class, size, deinterlacing, tone mapping."),
        "kernel": Column("text", "The kernel that made low resolution."),
        "sharpness": Column("number", "The fine part of its detail, from 0 to 100."),
        "blockiness": Column("number", "Steps at the borders of 8x8 blocks over those inside; about 1 without blocks."),
        "diversity": Column("number", "The number of regions of about one shade."),
        "liveliness": Column("number", "The share of its squares that have contrast, from 0 to 1."),
    },
    others={"sources": SOURCES},
    provenance=PROVENANCE,
    cites=(),
    privacy=(
        "Patches show whatever the films show, faces too: blurred faces would teach a model to blur. "
        "Share them only where each film's licence and each person shown allow it."
    ),
    limits=(
        "Low resolution is made by a known kernel. Real low-resolution video is compressed and made by other kernels.",
        "All patches have 8 bits. Light brighter than an ordinary screen is compressed by the tone mapping curve.",
        "Val is empty unless films are held out (patches.val) or pictures are put into Val/GT. The origin's trainer "
        "raises ValueError while it is empty.",
        "Licences are those that the table of videos states. Nobody has checked them.",
    ),
    front=Front(
        title="Super-resolution pairs",
        load='datasets.PatchPairs("results/patches/dataset/Universal/Mastermodell/Learn/Patches", frames=5)',
        picture="results/patches/preview/pairs-general.png",
        gallery="results/patches/gallery/index.html",
    ),
    background=Background(
        collection="Windows of seven frames were cut out of the films of the study's table, by each film's shares.",
        annotation="There are no labels but the category, which the table states for a film.",
        biases=("Films, and so styles, cameras and grading, are those that the table names.",),
        uses=("Training and rating video super-resolution by a factor of 3.",),
        tasks=("image-to-image",),
    ),
)


def list_index_rows(paths: Iterable[str | Path]) -> Iterator[dict[str, Any]]:
    """A row of the index for each patch that is served, from the shared rows."""
    for row in merge_rows(paths):
        known = {"colour": row["chain"]} | {name: row[f"window_{name}"] for name in SCORED}
        yield known | {name: row[name] for name in DATASET.columns if name not in known}


def describe_pictures(paths: Iterable[str | Path], shown: Collection[str]) -> dict[str, Media]:
    """Sharp patches, and their stacks of five frames, where they lie; the first ones of films that may be `shown` are
    examples."""
    first = list(islice((row for row in merge_rows(paths) if row["video"] in shown), MOST))
    patterns = {"sharp": ("gt", "*/GT/*.png"), "stacks": ("lr_5frames", "*/LR_5frames/*.png")}
    return {
        name: Media("../dataset", pattern, "image/png", tuple(row[column] for row in first))
        for name, (column, pattern) in patterns.items()
    }


def describe_dataset(funnel: Sequence[Stage]) -> Dataset:
    """What the dataset is, with the share of the wanted patches that its films gave."""
    wanted = next((stage for stage in funnel if stage.name == "patch"), None)
    if wanted is None or not wanted.entered:
        return DATASET
    share = f"{wanted.kept / wanted.entered:.0%}"
    return replace(DATASET, front=DATASET.front.with_figure(share, "of the patches that were asked for"))
