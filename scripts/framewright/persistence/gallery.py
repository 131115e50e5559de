"""The gallery of clips: each plays with its transients circled, beside what is true of it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from framewright.persistence.store import Clips
from framewright.persistence.strips import mark_transients
from framewright.report.gallery.choose import choose_items
from framewright.report.gallery.films import locate_film, write_film
from framewright.report.gallery.write import Field, Gallery
from framewright.study.rows import merge_rows

RATE = 8  # frames a second
ZOOM = 2  # of a film's pixels
GALLERY = Gallery(
    title="Trajectories with transients",
    fields=(
        Field("variant", "variant", "choice", "The arm: default, or the name of a variant."),
        Field("class", "path", "choice", "The kind of path."),
        Field("label", "label", "choice", "Whether transients are seen in less than a fifth of the frames."),
        Field("split", "split", "choice"),
        Field("transients", "transients", "number"),
        Field("transient_frames", "frames with transients", "number"),
        Field("index", "number", "number", "The same number shows the same trajectory in all variants."),
        Field("film", "film", "media", film=True),
    ),
    caption=("variant", "class"),
    use="Ids are <variant>-<number>: Clips of that variant's dataset folder has the clip under its number.",
    poster=(128, 128),
)


def list_items(rows: Sequence[str | Path], max_items: int, seed: int) -> list[dict[str, Any]]:
    """What the gallery says of at most so many clips, of every variant as many."""
    served = list(merge_rows(rows))
    chosen = choose_items(((row["item"], row["variant"]) for row in served), (), max_items, seed)
    return [_describe(row) for row in served if row["item"] in chosen]


def write_films(
    folder: Path, datasets: Mapping[str, Clips], items: Iterable[Mapping[str, Any]]
) -> Iterator[np.ndarray]:
    """Write the film of each item into the gallery's folder, and give its poster: a frame, with a transient if any."""
    places = {name: {number: place for place, number in enumerate(clips.numbers)} for name, clips in datasets.items()}
    for item in items:
        clips, place = datasets[item["variant"]], places[item["variant"]][item["index"]]
        metadata = clips.metadata(place)
        frames = mark_transients(clips.video(place), metadata, ZOOM)
        write_film(folder, item["id"], frames, RATE)
        shown = metadata["transient_frames"] or range(len(frames))
        yield frames[shown[len(shown) // 2]]


def _describe(row: Mapping[str, Any]) -> dict[str, Any]:
    name = f"{row['variant']}-{row['index']:05d}"
    return {
        "id": name,
        "label": "persistent" if row["persistent"] else "transient",
        "film": locate_film(name),
        **{column: row[column] for column in ("variant", "class", "split", "transients", "transient_frames", "index")},
    }
