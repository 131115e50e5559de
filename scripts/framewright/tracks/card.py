"""What the dataset of tracks is, for its card, and the rows of its tables: tracks with their clips, and segments."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow.compute as pc
import pyarrow.parquet as pq

from framewright.report.card import Background, Column, Dataset, Front, Media
from framewright.report.provenance import SOURCES
from framewright.study.rows import KEPT, read_rows
from framewright.tracks.card_facts import CardFacts
from framewright.tracks.row_columns import COLUMNS

SEGMENTS = {
    "segment": Column("text", "The video and the number of the segment in it, counted from 0; names a row."),
    "video": Column("text", "The video's name in all results."),
    "start": Column("number", "When its first frame appears, in seconds of the video's presentation time."),
    "end": Column("number", "When it is over, in seconds: the first frame that is not in it appears, or none does."),
    "sharpness": Column("number", "How much of its steps between pixels a blur would take, from 0 to 100."),
    "cartoon": Column("number", "How much it looks like a cartoon, where a model for that was given."),
    "aesthetic": Column("number", "How good it looks, where a model for that was given."),
}
SHOWN = 3  # examples
PROVENANCE = (
    "The file of a video is its source. Faces and plates in it were covered, objects were followed, and a clip "
    "was cut out around each. A row of a subset (`results/tracks/subsets/<name>.parquet`) has the id of a track; "
    "the row of that id in `index.parquet` has its video, its times there, and the sha256 of its clip."
)
DATASET = Dataset(
    name="framewright-tracks",
    description=(
        "Objects that were followed through videos. Segments of videos lie between two cuts, in which objects can be "
        "followed: cuts, dissolves and fades are found in the pictures, and what is too short, black, still, blurred "
        "or mostly bars is left out. In each segment a detector's boxes were linked to tracks, whose classes are voted "
        "over all their frames, and a clip was cut out around each track, at the video's frame rate. "
        "`tracks_meta/<dataset>/` has all instants and boxes of each track, under the keys that TrackVerse publishes, "
        "`tracks_mp4/<dataset>/` the clips, both in folders by the first two characters of the video's code."
    ),
    records="tracks",
    columns={
        "track": Column("text", "The track's id, an md5 of its video, times and boxes; names a row."),
        "video": Column("text", "The video's name in all results."),
        "start": Column("number", "When it is first seen, in seconds of the video's presentation time."),
        "end": Column("number", "When it is last seen, in seconds."),
        "instants": Column("whole", "How many boxes it has; where it was not seen for a moment, there are none."),
        "area": Column("number", "The mean of its boxes' areas, as a share of the frame's."),
        "label": Column("whole", "The number of its likeliest class, from 0, among the prompts or in the weights."),
        "name": Column("text", "What that class is called."),
        "probability": Column("number", "The mean of that class's probability over its instants, 0 to 1."),
        "score": Column("number", "The mean of that probability times the detection's score, 0 to 1."),
        "clip": Column("text", "Its clip, relative to tracks_mp4/<dataset>/, or nothing where there is none."),
        "reason": Column("text", "Why there is no clip, in one word, or nothing."),
        "sha256": Column("text", "The digest of the clip's file."),
        "clip_start": Column("number", "When the clip's first frame appears in the video, in seconds."),
        "frames": Column("whole", "The frames of the clip; it has a key frame every half second, or as configured."),
        "width": Column("whole", "Pixels of the clip from left to right."),
        "height": Column("whole", "Pixels of the clip from top to bottom."),
    },
    cites=("TrackVerse", "ByteTrack"),
    privacy="Tracks are found and clips cut in videos_defaced alone; videos_mp4 leads to them as they came.",
    limits=(
        "Scores are weighted: a class's probability times the detection's score. Where a detector has no objectness of "
        "its own, as newer ones of the YOLO family, the score of a detection is that of its best class.",
        "Classes and boxes are what a detector said, and no person has looked at them; identities may be mixed up "
        "where things of one class pass each other.",
        "Cuts are found by rules, not by people: a cut between shots that look alike may be missed.",
        "Licences are what the table of videos says; nobody has checked them.",
    ),
    others={"segments": SEGMENTS, "sources": SOURCES},
    provenance=PROVENANCE,
    front=Front(
        title="Object tracks",
        load='datasets.TrackClips("results/tracks", frames=16)',
        picture="results/tracks/sheets/street/clips.png",
        gallery="results/tracks/gallery/index.html",
    ),
    background=Background(
        collection="The videos of the table were cut into shots; objects were detected in them, linked, and cut out.",
        annotation="Boxes, classes and scores are a detector's. No person has looked at them.",
        biases=("Classes are those that the detector knows, as often as the chosen videos show them.",),
        uses=("Learning representations of objects from how they move and change.", "Training detectors and trackers."),
        tasks=("video-classification", "object-detection"),
    ),
)
SHOTS = (
    "Shots of videos, the segments between two cuts in which objects could be followed: cuts, dissolves and fades are "
    "found in the pictures, and what is too short, black, still, blurred or mostly bars is left out. No detector was "
    "given (tracks.detector.weights is none): there are no tracks and no clips. The table of segments has a row each."
)
BARE = "FACES ARE SHOWN: nothing was covered in these videos (tracks.deface.method is none)."
COVERED = (
    "are covered, as far as a detector found them: backs of heads, faces turned far away and the smallest ones may "
    "show. What an audit still saw stands with each video's outcome."
)
DEMO = (
    "The objects were found by the demo's detector, which serves the demo alone: it knows the drawn people, dogs, "
    "cyclists, cars and buses of the demo's streets. What it says of any other video means nothing."
)
OFF = {
    "cartoon": "Cartoons are not left out: no weights for that were given (tracks.segments.cartoon).",
    "aesthetic": "Ugly segments are not left out: no weights for that were given (tracks.segments.aesthetic).",
}


def describe_dataset(facts: CardFacts, figures: str = "", subsets: str = "", accuracy: str = "") -> Dataset:
    """What the dataset is, with `figures` in words, a table of its `subsets` and one of its `accuracy`; filters that
    are off, and the demo's detector, are limits."""
    off = (("" if facts.cartoon else OFF["cartoon"]), ("" if facts.aesthetic else OFF["aesthetic"]))
    demo = DEMO if facts.demo_detector else ""
    about = f"{DATASET.description if facts.searched else SHOTS} {figures}".rstrip()
    limits = (*filter(None, (demo, *off)), *DATASET.limits)
    known = replace(DATASET, description=about, limits=limits, sections={"Subsets": subsets} if subsets else {})
    known = replace(known, front=known.front.with_figure(*choose_figure(accuracy)))
    if not facts.covered:
        return replace(known, description=f"{BARE} {about}", privacy=f"{BARE} {known.privacy}")
    looked_for = "Faces, and what the weights took for plates," if facts.plates else "Faces, but no licence plates,"
    return replace(known, privacy=f"{looked_for} {COVERED} {known.privacy}")


def choose_figure(accuracy: str) -> tuple[str, str]:
    """The number that tells how good the tracks are, and its meaning, by the table of accuracies; two empty texts
    where no truth is known."""
    rows = [line.split("\t") for line in accuracy.splitlines()[1:]]
    if not rows:
        return "", ""
    hota = sum(float(row[1]) for row in rows) / len(rows)
    return f"{hota:.2f}", f"HOTA of the tracks, on {len(rows)} video{'s' * (len(rows) != 1)} with known truth"


def list_segment_rows(accounts: Iterable[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    """A row for each segment that is used, of the videos that may be in datasets."""
    for record in (account["segments"] for account in accounts if not account["why_not"]):
        used = [part for part in record["segments"] if not part["reason"]]
        for number, part in enumerate(used):
            yield {
                "segment": f"{record['video']} {number}",
                "video": record["video"],
                "start": part["start"],
                "end": part["end"],
                **{name: part["scores"].get(name) for name in ("sharpness", "cartoon", "aesthetic")},
            }


def describe_clips(index: str | Path, dataset: str) -> Media:
    """The clips of the dataset of that name where they lie; the first ones of the index are examples."""
    clips = pq.read_table(index, columns=["clip"])["clip"].drop_null().slice(0, SHOWN).to_pylist()
    return Media(f"../tracks_mp4/{dataset}", "*.mp4", "video/mp4", tuple(clips))


def list_track_rows(rows: Sequence[str | Path], without: Collection[str]) -> Iterator[dict[str, Any]]:
    """A row for each track of the shared rows, but for the videos `without`, which are in no dataset."""
    shared = ("video", *(name for name in DATASET.columns if name in COLUMNS))
    for row in read_rows(rows, ["item", "path", "state", *shared], kept=False).to_pylist():
        if row["video"] not in without:
            place = row["path"].split("/", 2)[2] if row["path"] else None
            reason = None if row["state"] == KEPT else row["state"]
            yield {"track": row["item"], "clip": place, "reason": reason} | {name: row[name] for name in shared}


def describe_figures(index: str | Path, accuracy: str = "") -> str:
    """How much there is, in words, by the tables of tracks and of segments beside it, and how accurate it is."""
    tracks = pq.read_table(index, columns=["start", "end", "name", "clip"])
    segments = pq.read_table(Path(index).with_name("segments.parquet"), columns=["start", "end"])
    clips = tracks.num_rows - tracks["clip"].null_count
    classes = pc.count_distinct(tracks["name"]).as_py()
    return (
        f"There are {segments.num_rows:,} segments ({_hours(segments)}), {tracks.num_rows:,} tracks ({_hours(tracks)}) "
        f"of {classes:,} classes, and {clips:,} clips. {accuracy}"
    ).rstrip()


def _hours(timed: Any) -> str:
    hours = (pc.sum(pc.subtract(timed["end"], timed["start"])).as_py() or 0.0) / 3600
    return f"{hours:,.1f} hours" if hours >= 1 else f"{hours * 60:,.1f} minutes"
