"""The trees and files that TrackVerse documents, made of what the videos' jobs wrote: nothing is copied.

`tracks_meta/<dataset>/<xx>/<code>-meta.jsonl.gzip` and `tracks_mp4/<dataset>/<xx>/<code>-<class>-<tid>.mp4`: `code` is
the video's 11 characters (see `meta.video_code`), `xx` the first two of them. TrackVerse's readers glob
`tracks_meta/<dataset>/*/*.gzip`, so that nothing else there may end so; they know a video by characters 3 to 13 of
`fn`.
"""

import gzip
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from framewright.exports.features import name_classes, write_table
from framewright.exports.head import compose_head
from framewright.exports.link import link_file
from framewright.study.contract import Finding, make_finding
from framewright.study.rows import read_rows
from framewright.tracks.meta import CODE, KEYS, read_tracks, to_frames_record, to_release_record, video_code

ENDING = "-meta.jsonl.gzip"
TRAIN, *_ = SPLITS = ("train", "val", "test")
METADATA = pa.schema(
    [
        ("file_name", pa.string()),  # relative to the folder
        ("video_id", pa.string()),  # its name in all results; `datasets` calls the clip `video`
        ("code", pa.string()),  # its 11 characters in file names
        ("tid", pa.string()),
        ("split", pa.string()),
        ("label", pa.int64()),
        ("name", pa.string()),
        ("score", pa.float64()),
        ("probability", pa.float64()),
        ("start", pa.float64()),  # seconds in the video
        ("end", pa.float64()),
        ("clip_start", pa.float64()),
        ("clip_end", pa.float64()),
        ("frames", pa.int64()),
        ("width", pa.int64()),
        ("height", pa.int64()),
        ("licence", pa.string()),
    ]
)
MADE = ("file_name", "video_id", "code", "tid", "split")  # of these, those that no column of the rows holds
KNOWN = [name for name in METADATA.names if name not in MADE]
README = """# {dataset}

{number:,} clips of tracks, a row each in metadata.parquet. `datasets.load_dataset` opens this folder with labels and
splits; no video is in two splits. The card of the dataset lies in `card/` among the pipeline's results.
"""


def link_meta(metas: Iterable[str | Path], target: Path) -> int:
    """Make the folder `target` of the videos' files of tracks; how many videos."""
    target.mkdir(parents=True)
    paths = [Path(path) for path in metas]
    for path in paths:
        code = video_code(path.name.removesuffix(ENDING))
        link_file(path, target / code[:2] / f"{code}{ENDING}")
    return len(paths)


def link_clips(
    rows: Sequence[str | Path], splits: Mapping[str, str], folder_of: str, dataset: str, target: Path
) -> int:
    """Make the folder `target` of the clips in these rows, with metadata.parquet, a row for each clip; how many clips.

    `folder_of` is where a video's clips lie, with {video} in it; `splits` names the split of each video.
    """
    target.mkdir(parents=True)
    table = read_rows(rows, ["path", "video", "item", *KNOWN])
    known = []
    for row in table.to_pylist():
        file = Path(row["path"]).relative_to(*Path(row["path"]).parts[:2])
        link_file(Path(folder_of.format(video=row["video"]), file.name), target / file)
        place = {"file_name": file.as_posix(), "video_id": row["video"], "tid": row["item"]}
        named = {"code": video_code(row["video"]), "split": splits.get(row["video"]) or TRAIN}
        known.append(place | named | {name: row[name] for name in KNOWN})
    return write_metadata(target, pa.Table.from_pylist(known, METADATA), dataset)


def write_metadata(target: Path, table: pa.Table, dataset: str) -> int:
    """Write what `datasets.load_dataset` opens the folder with: a table of all clips, and one of each split's."""
    classes = {"label": name_classes(zip(table["label"].to_pylist(), table["name"].to_pylist(), strict=True))}
    write_table(target / "metadata.parquet", table, classes)
    splits = sorted(set(table["split"].to_pylist()), key=SPLITS.index)
    parts = dict.fromkeys(splits, "metadata.parquet")
    for split in splits if len(splits) > 1 else ():
        # With `-` instead of `+`, readers that know nothing of the README would take this file for a whole split.
        parts[split] = f"metadata+{split}.parquet"
        write_table(target / parts[split], table.filter(pc.equal(table["split"], split)), classes)
    patterns = {split: [name, "**/*.mp4"] for split, name in parts.items()}
    head = compose_head(patterns, metadata_filenames=sorted({*parts.values()})) if parts else ""
    (target / "README.md").write_text(head + README.format(dataset=dataset, number=len(table)), encoding="utf-8")
    return len(table)


def write_schemas(metas: Iterable[str | Path], frames: Path, release: Path) -> None:
    """Write all tracks under the keys of June 2024, with figures for each frame, and of the release of 2025."""
    with _packed(frames) as first, _packed(release) as second:
        for number, track in enumerate(chain.from_iterable(map(read_tracks, metas))):
            first.write(_line(to_frames_record(track, number)))
            second.write(_line(to_release_record(track)))


def read_tree(folder: str | Path) -> Iterator[dict[str, Any]]:
    """The lines of a tree of tracks, read as TrackVerse's curator reads it: `*/*.gzip`, in order."""
    for path in sorted(Path(folder).glob("*/*.gzip")):
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            yield from map(json.loads, lines)


def check_tree(meta: str | Path, clips: str | Path, tids: Iterable[str], files: Iterable[str]) -> list[Finding]:
    """The promises of both trees: TrackVerse's readers find each of the tracks `tids` once, and the clips `files`."""
    lines = list(read_tree(meta))
    return [
        make_finding(
            "TrackVerse's readers find every track once in tracks_meta",
            _reading_faults(lines, sorted(tids)),
            f"{len(lines):,} lines",
        ),
        make_finding(
            "tracks_mp4 has the clips of the rows and of its metadata.parquet, and no others",
            _clip_faults(Path(clips), set(files)),
        ),
        make_finding(
            "each clip of tracks_mp4 is in one split, and so is each video",
            _split_faults(Path(clips)),
        ),
    ]


def _reading_faults(lines: Sequence[dict[str, Any]], tids: list[str]) -> Iterator[str]:
    if sorted(line["tid"] for line in lines) != tids:
        yield f"{len(lines)} lines for {len(tids)} tracks"
    for line in lines:
        if line["fn"][3 : 3 + CODE] != video_code(line["yid"]) or line["fn"][2] != "/":
            yield f"{line['fn']}: characters 3 to 13 are not the video's"
        elif line["top10_wcls"][0] != line["top10_wlogit_mu"] or set(line) != set(KEYS):
            yield f"{line['fn']}: its keys are not those that its readers know"


def _clip_faults(folder: Path, files: set[str]) -> Iterator[str]:
    described = set(pq.read_table(folder / "metadata.parquet", columns=["file_name"])["file_name"].to_pylist())
    there = {path.relative_to(folder).as_posix() for path in folder.glob("*/*.mp4")}
    yield from (f"{name} is in metadata.parquet or in the rows alone" for name in sorted(described ^ files))
    yield from (f"{name} is missing" for name in sorted(described - there))
    yield from (f"{name} is not in metadata.parquet" for name in sorted(there - described))


def _split_faults(folder: Path) -> Iterator[str]:
    known = [pq.read_table(path, columns=["file_name"]) for path in sorted(folder.glob("metadata+*.parquet"))]
    whole = pq.read_table(folder / "metadata.parquet", columns=["file_name", "video_id", "split"])
    alone = len(set(whole["split"].to_pylist())) < 2  # then metadata.parquet is that split's table
    named = sorted(name for table in ([whole] if alone else known) for name in table["file_name"].to_pylist())
    if named != sorted(whole["file_name"].to_pylist()):
        yield f"{len(named)} clips in the tables of splits, {len(whole)} in metadata.parquet"
    split_of: dict[str, str] = {}
    for row in whole.to_pylist():
        if split_of.setdefault(row["video_id"], row["split"]) != row["split"]:
            yield f"{row['video_id']} is in {split_of[row['video_id']]} and in {row['split']}"


@contextmanager
def _packed(path: Path) -> Iterator[gzip.GzipFile]:
    """A gzip file without its time and name, which differ from run to run."""
    with path.open("wb") as file, gzip.GzipFile("", "wb", fileobj=file, mtime=0) as packed:
        yield packed


def _line(record: dict[str, Any]) -> bytes:
    return (json.dumps(record, ensure_ascii=False) + "\n").encode()
