"""The gallery of patches: sharp beside enlarged low resolution, and the places that were tried in vain."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from framewright.patches.attempts import Attempt, name_attempt, read_attempts
from framewright.patches.row_columns import DATASET
from framewright.report.gallery.choose import choose_items
from framewright.report.gallery.write import Field, Gallery
from framewright.study.rows import KEPT, merge_rows

SCORES = {
    "sharpness": "window_sharpness",
    "liveliness": "window_liveliness",
    "blockiness": "window_blockiness",
    "diversity": "window_diversity",
}
GALLERY = Gallery(
    title="Super-resolution patches",
    fields=(
        Field("category", "category", "choice"),
        Field("format", "format", "choice"),
        Field("split", "split", "choice"),
        Field("reason", "reason", "choice", "Why the window became no patch."),
        Field("film", "film", "choice"),
        Field("seconds", "seconds", "number", "Time of the middle frame in the film."),
        Field("sharpness", "sharpness", "number", "Fine part of its detail, 0 to 100."),
        Field("liveliness", "liveliness", "number", "Share of its squares with contrast."),
        Field("blockiness", "blockiness", "number", "About 1 without blocks."),
        Field("diversity", "diversity", "number", "Number of regions."),
        Field("sharp", "sharp", "media"),
        Field("small", "low resolution", "media", "The five frames, one below the other.", pixels=True),
    ),
    caption=("category", "format", "seconds"),
    use="Ids name rows of manifest.tsv, from which each patch can be made again.",
)


def list_items(
    rows: Sequence[str | Path], parts: Iterable[tuple[str, Path]], shown: Collection[str]
) -> list[dict[str, Any]]:
    """What the gallery says of the patches and rejected places of the films that may be shown; parts are the folders of
    (film, part)."""
    items = [_describe_patch(row) for row in merge_rows(rows) if row["video"] in shown]
    for video, folder in parts:
        items += [_describe_reject(video, tried) for tried in read_attempts(folder / "attempts.tsv") if tried.reason]
    return items


def choose_patches(items: Sequence[Mapping[str, Any]], max_items: int, seed: int) -> list[Mapping[str, Any]]:
    """At most so many of them, evenly of those that were kept and of those rejected for each reason."""
    chosen = choose_items(((item["id"], item["reason"] or KEPT) for item in items), (), max_items, seed)
    return [item for item in items if item["id"] in chosen]


def _describe_patch(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "id": f"{row['video']} {row['category']} {row['index']} {row['attempt']}",
        "reason": "",
        "film": row["video"],
        "sharp": f"{DATASET}/{row['gt']}",
        "small": f"{DATASET}/{row['lr_5frames']}",
        "seconds": round(row["seconds"], 2),
        **{name: row[name] for name in ("category", "format", "split")},
        **{name: round(row[column], 3) for name, column in SCORES.items()},
    }


def _describe_reject(video: str, tried: Attempt) -> dict[str, Any]:
    whole, _, part = tried.time.partition("/")
    nothing: dict[str, Any] = dict.fromkeys([field.name for field in GALLERY.fields])
    return nothing | {
        "id": name_attempt(video, tried),
        "category": tried.category,
        "format": "",
        "split": "",
        "reason": tried.reason,
        "film": video,
        "seconds": round(int(whole) / int(part or 1), 2),
    }
