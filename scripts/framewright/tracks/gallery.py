"""The gallery of tracks: every clip beside its poster, what was dropped beside what was kept."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq

from framewright.report.gallery.choose import choose_items
from framewright.report.gallery.posters import decode_poster, read_posters
from framewright.report.gallery.write import Field, Gallery
from framewright.study.rows import KEPT, merge_rows, read_rows

GALLERY = Gallery(
    title="Object tracks",
    fields=(
        Field("name", "class", "choice", "The likeliest class."),
        Field("reason", "reason", "choice", "Why the track has no clip."),
        Field("split", "split", "choice"),
        Field("subset", "subset", "choice", "The first of the configured subsets that it is in."),
        Field("video", "video", "text"),
        Field("score", "score", "number", "Probability times the detection's score, 0 to 1."),
        Field("seconds", "seconds", "number"),
        Field("area", "area", "number", "Share of the frame that its boxes cover."),
        Field("motion_q90", "motion", "number", "90 % quantile of the flow."),
        Field("object_motion", "object motion", "number", "Against its background."),
        Field("quality", "quality", "number", "The weakest of sharpness, contrast and exposure."),
        Field("clip", "clip", "media", film=True),
    ),
    caption=("name", "seconds", "score"),
    use="Save the ids as ids.txt, then add {name: picked, strategy: picked, from: ids.txt} to tracks.subsets.",
)
NUMBERS = ("score", "area", "motion_q90", "object_motion", "quality")


def list_members(subsets: Mapping[str, str | Path]) -> dict[str, str]:
    """The first subset that each track is in, by track; subsets are tables by name, in the configuration's order."""
    members: dict[str, str] = {}
    for name, path in subsets.items():
        for tid in pq.read_table(path, columns=["track"])["track"].to_pylist():
            members.setdefault(tid, name)
    return members


def choose_tracks(rows: Sequence[str | Path], members: Collection[str], max_items: int, seed: int) -> frozenset[str]:
    """The tracks that are shown: members of subsets first, then evenly what was kept and what was dropped for what."""
    table = read_rows(rows, ["item", "state"], kept=False)
    return choose_items(
        zip(table["item"].to_pylist(), table["state"].to_pylist(), strict=True), members, max_items, seed
    )


def list_items(
    rows: Sequence[str | Path], chosen: Collection[str], members: Mapping[str, str]
) -> Iterator[dict[str, Any]]:
    """What the gallery says of each chosen track, sorted by video and track."""
    for row in merge_rows(rows, kept=False):
        if row["item"] in chosen:
            yield {
                "id": row["item"],
                "name": row["name"] or "",
                "reason": "" if row["state"] == KEPT else row["state"],
                "split": row["split"] or "",
                "subset": members.get(row["item"], ""),
                "video": row["video"],
                "seconds": round(row["end"] - row["start"], 2),
                "clip": row["path"] or None,
                **{name: None if row[name] is None else round(row[name], 3) for name in NUMBERS},
            }


def list_posters(items: Iterable[Mapping[str, Any]], posters: Mapping[str, str | Path]) -> Iterator[np.ndarray | None]:
    """The poster of each item, from the file of its video; None where no clip was made."""
    opened, found = "", dict[str, bytes]()
    for item in items:
        if item["video"] != opened:
            opened = item["video"]
            found = read_posters(posters[opened]) if opened in posters else {}
        poster = found.get(item["id"])
        yield None if poster is None else decode_poster(poster)
