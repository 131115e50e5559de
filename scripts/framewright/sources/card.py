"""What the collection of sources is, for its card, and the rows of its index."""

from collections.abc import Iterator, Mapping
from typing import Any

from framewright.report.card import Background, Column, Dataset
from framewright.sources.fates import PUBLIC

DATASET = Dataset(
    name="framewright-sources",
    description=(
        "The videos that datasets were made from: where each came from, whether it can be used, and what it is. Sizes "
        "are those of the upright picture with square pixels, times those of the packets and not the header's claims."
    ),
    records="videos",
    columns={
        "video": Column("text", "The video's name in all results."),
        "status": Column("text", "ok, dead (could not be had) or rejected (can't be used)."),
        "reason": Column("text", "One word for why it is not ok."),
        "kind": Column("text", "Where it comes from: local, http, youtube, mot or demo."),
        "source": Column(
            "text", "Its address, where that is one that others can use: not for local files and folders."
        ),
        "path": Column("text", "The file, relative to the folder that holds this card's folder."),
        "sha256": Column("text", "The file's digest."),
        "bytes": Column("whole", "The file's size."),
        "seconds": Column("number", "How long it is shown."),
        "frames": Column("whole", "How many frames are shown."),
        "width": Column("whole", "Pixels from left to right."),
        "height": Column("whole", "Pixels from top to bottom."),
        "rate": Column("text", "Frames per second as an exact fraction; an average where it varies."),
        "rate_varies": Column("yes-no", "Whether frames are shown for different times."),
        "colour": Column("text", "SDR, PQ, HLG or unknown."),
        "codec": Column("text", "How the pictures are coded."),
        "audio": Column("text", "How the sound is coded, where there is any."),
        "licence": Column("text", "The licence that the table of videos names."),
        "split": Column("text", "The part of every dataset that the table puts it into: train, val or test."),
    },
    cites=(),
    privacy=(
        "The videos are as they came: faces, licence plates and voices in them are recognisable. Share this list, not "
        "the files, unless each licence and each person shown allows it."
    ),
    limits=(
        "Licences are what the table of videos says; nobody has checked them.",
        "Frames that are damaged beyond the first, middle and last few are found only when they are decoded.",
    ),
    background=Background(
        collection="The study's table names the videos, and who made it has chosen them.",
        annotation="What is known of a video was measured from its file.",
        uses=("Saying where a dataset comes from.",),
    ),
)


def list_rows(
    summary: Mapping[str, Mapping[str, str]], reasons: Mapping[str, str], splits: Mapping[str, str]
) -> Iterator[dict[str, Any]]:
    """A row of the index for each video, from its row of the summary, its reason in one word, and its split."""
    for video, cells in summary.items():
        values: dict[str, Any] = {name: cells.get(name) or None for name in DATASET.columns}
        rate, _, varies = cells["rate"].partition(" ")
        yield (
            values
            | {
                "reason": reasons.get(video),
                "source": cells["source"] if cells["kind"] in PUBLIC else None,
                "path": f"{video}/video" if cells["status"] == "ok" else None,
                "rate": rate or None,
                "rate_varies": bool(varies) if rate else None,
                "seconds": float(cells["seconds"]) if cells["seconds"] else None,
                "split": splits.get(video),
            }
            | {name: int(cells[name]) if cells[name] else None for name in ("bytes", "frames", "width", "height")}
        )
