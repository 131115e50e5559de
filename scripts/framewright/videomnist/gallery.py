"""The gallery of moving digits: each plays, beside its digit, its motion and what was measured of it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import h5py
import numpy as np

from framewright.report.gallery.choose import choose_items
from framewright.report.gallery.films import locate_film, write_film
from framewright.report.gallery.write import Field, Gallery
from framewright.study.rows import merge_rows
from framewright.videomnist.preview import draw_exposure, read_video
from framewright.videomnist.row_columns import DIGITS
from framewright.videomnist.store import to_rgb

GALLERY = Gallery(
    title="Moving digits",
    fields=(
        Field("digit", "digit", "choice", "The digit that moves, or the first of several."),
        Field("motion", "motion", "choice"),
        Field("split", "split", "choice"),
        Field("speed", "speed", "number", "Pixels a frame, as stated."),
        Field("mean_step", "measured speed", "number", "Pixels a frame, of the ink's centre."),
        Field("margin", "margin", "number", "Pixels between ink and edge, at least."),
        Field("ink", "ink", "number", "The least share of the digit's ink in a frame."),
        Field("place", "place", "number", "Its number within the split."),
        Field("film", "film", "media", film=True),
    ),
    caption=("digit", "motion"),
    use="Ids are <split>-<place>: the first frame of a video is <split>_idx[place] in videomnist.h5.",
    poster=(120, 120),
)
NUMBERS = ("speed", "mean_step", "margin", "ink")


def list_items(rows: Sequence[str | Path], max_items: int, seed: int) -> list[dict[str, Any]]:
    """What the gallery says of at most so many moving digits, of every digit as many."""
    served = [row for row in merge_rows(rows) if row["path"] == DIGITS]
    chosen = choose_items(((row["item"], str(row["digit"])) for row in served), (), max_items, seed)
    return [_describe(row) for row in served if row["item"] in chosen]


def write_films(
    folder: Path, dataset: str | Path, items: Iterable[Mapping[str, Any]], rate: int
) -> Iterator[np.ndarray]:
    """Write the film of each item into the gallery's folder, and give its poster: all frames at once, fading."""
    with h5py.File(dataset) as file:
        for item in items:
            frames = read_video(file, item["place"], item["split"])
            write_film(folder, item["id"], list(to_rgb(frames)), rate)
            yield draw_exposure(frames)


def _describe(row: Mapping[str, Any]) -> dict[str, Any]:
    name = f"{row['split']}-{row['place']:05d}"
    return {
        "id": name,
        "digit": str(row["digit"]),
        "motion": row["motion"],
        "split": row["split"],
        "place": row["place"],
        "film": locate_film(name),
        **{column: None if row[column] is None else round(row[column], 3) for column in NUMBERS},
    }
