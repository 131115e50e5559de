"""What the trajectory videos are, for their card, and the rows of its index."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from framewright.report.card import Background, Column, Dataset, Front
from framewright.study.rows import merge_rows

DATASET = Dataset(
    name="framewright-persistence",
    description=(
        "Rendered clips of a white sphere on a 3-D path (Linear, Circular, Helical or Parabolic), each with a few "
        "transients: spheres that appear for a few frames. All labels come from what was drawn, and every clip can be "
        "redrawn from its metadata. Arms differ in what transients look like, and share clips, paths and splits."
    ),
    records="clips",
    columns={
        "clip": Column("text", "The arm and the number of the clip."),
        "variant": Column("text", "The arm: default, or the name of a variant."),
        "index": Column("whole", "The clip's number, the same in all arms."),
        "source": Column("whole", "The trajectory that it shows. Views of one trajectory are in the same split."),
        "split": Column("text", "train, val or test."),
        "class": Column("text", "The kind of path: Linear, Circular, Helical or Parabolic."),
        "frames": Column("whole", "The clip's length."),
        "transients": Column("whole", "How many transients it has."),
        "transient_frames": Column("whole", "In how many frames transients can be seen."),
        "persistent": Column("yes-no", "Whether they are seen in less than a fifth of the frames."),
        "path": Column("text", "The file, relative to the folder that holds this card's folder."),
    },
    cites=(),
    privacy="Nothing in it is recorded: all pictures are rendered spheres.",
    limits=(
        "In the default arm colour gives transients away: a test for red solves it. Use the same-colour arm.",
        "Whether a whole clip is persistent can't be known from its first frames: transients appear at random.",
        "The type of a transient can hardly be told in the one to three frames that it lives; it is recorded, and not "
        "meant as a label.",
    ),
    licence="CC0-1.0",
    front=Front(
        title="Trajectories with transients",
        load='datasets.PersistenceClips("results/persistence/dataset", split="train")',
        picture="results/persistence/samples/default/default_00000.png",
        gallery="results/persistence/gallery/index.html",
    ),
    background=Background(
        collection="A renderer drew all clips from seeds.",
        annotation="Labels are what was drawn: they are exact.",
        biases=("One kind of object, on four kinds of paths, before one background.",),
        uses=("Training and rating models that tell what stays from what appears for a moment.",),
        tasks=("video-classification",),
    ),
)


def list_index_rows(paths: Iterable[str | Path]) -> Iterator[dict[str, Any]]:
    """A row of the index for each clip that is served, from the shared rows."""
    for row in merge_rows(paths):
        yield {"clip": row["item"]} | {name: row[name] for name in DATASET.columns if name != "clip"}


def describe_dataset(audits: Mapping[str, Mapping[str, Any]]) -> Dataset:
    """What the dataset is, with how far one frame alone leads in the arm where it leads least far."""
    answers = {arm: audit["frames"]["one_frame"]["accuracy"] for arm, audit in audits.items()}
    if not answers:
        return DATASET
    hardest = min(answers, key=lambda arm: (answers[arm], arm))
    meaning = f"of the frames in {hardest} can be told without learning from one frame alone"
    return replace(DATASET, front=DATASET.front.with_figure(f"{answers[hardest]:.0%}", meaning))
