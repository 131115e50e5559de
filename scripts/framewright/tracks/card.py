"""What the dataset of tracks is, for its card, and the rows of its index."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from framewright.card import Column, Dataset

DATASET = Dataset(
    name="framewright-tracks",
    description=(
        "Segments of videos that lie between two cuts: the stretches in which objects can be followed. Cuts, "
        "dissolves and fades are found in the pictures; what is too short, black, still, blurred or mostly bars is "
        "left out."
    ),
    records="segments",
    columns={
        "segment": Column("text", "The video and the number of the segment in it, counted from 0; names a row."),
        "video": Column("text", "The video's name in all results."),
        "start": Column("number", "When its first frame appears, in seconds of the video's presentation time."),
        "end": Column(
            "number", "When it is over, in seconds: the first frame that is not in it appears, or none does."
        ),
        "sharpness": Column("number", "How much of its steps between pixels a blur would take, from 0 to 100."),
        "cartoon": Column("number", "How much it looks like a cartoon, where a model for that was given."),
        "aesthetic": Column("number", "How good it looks, where a model for that was given."),
    },
    cites=("TrackVerse",),
    privacy=(
        "The segments are times, and show nobody. The videos that they are of show whatever they do, faces too; the "
        "links in videos_mp4 lead to the files as they came."
    ),
    limits=(
        "Cuts are found by rules, not by people: a cut between shots that look alike may be missed.",
        "Licences are what the table of videos says; nobody has checked them.",
    ),
)
BARE = "FACES ARE SHOWN: nothing was covered in these videos (tracks.deface.method is none)."
COVERED = (
    "are covered in videos_defaced, as far as a detector found them: backs of heads, faces turned far away and the "
    "smallest ones may show. What an audit still saw stands with each video's outcome."
)
OFF = {
    "cartoon": "Cartoons are not left out: no weights for that were given (tracks.segments.cartoon).",
    "aesthetic": "Ugly segments are not left out: no weights for that were given (tracks.segments.aesthetic).",
}


def dataset(settings: Mapping[str, Any]) -> Dataset:
    """What the dataset is under these settings, `tracks` of the configuration: filters that are off are limits."""
    off = tuple(said for name, said in OFF.items() if not settings["segments"][name]["weights"])
    known = replace(DATASET, limits=(*off, *DATASET.limits))
    if settings["deface"]["method"] == "none":
        return replace(known, description=f"{BARE} {known.description}", privacy=f"{BARE} {known.privacy}")
    plates = settings["deface"]["plates"]["weights"]
    looked_for = "Faces, and what the weights took for plates," if plates else "Faces, but no licence plates,"
    return replace(known, privacy=f"{looked_for} {COVERED} {known.privacy}")


def rows(records: Iterable[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    """A row of the index for each segment that is used."""
    for record in records:
        used = [part for part in record["segments"] if not part["reason"]]
        for number, part in enumerate(used):
            yield {
                "segment": f"{record['video']} {number}",
                "video": record["video"],
                "start": part["start"],
                "end": part["end"],
                **{name: part["scores"].get(name) for name in ("sharpness", "cartoon", "aesthetic")},
            }
