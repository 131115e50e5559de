"""Curation of a whole study, from the buckets' tables: near duplicates, splits, who may be chosen, the subsets."""

import csv
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import astuple, dataclass, fields
from pathlib import Path
from typing import TypeVar

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from framewright.study.declared import Declared
from framewright.tracks.curation.candidates import Candidates
from framewright.tracks.curation.duplicates import Pairs, find_repeated, near_duplicates
from framewright.tracks.curation.evaluation import evaluation_videos
from framewright.tracks.curation.index import NEEDED, make_candidates, read_embeddings, read_index
from framewright.tracks.curation.options import Likeness, Subset
from framewright.tracks.curation.order import by_id, by_value, id_numbers
from framewright.tracks.curation.scan import encode_texts
from framewright.tracks.curation.subsets import Choice, choose_all, pick_tracks

Paths = Sequence[str | Path]


@dataclass(frozen=True)
class Pair:
    """Two tracks that show the same: `track` repeats the better one of both."""

    track: str
    video: str
    repeats: str
    of_video: str
    distance: float  # of unit vectors, 0 to 2
    bits: int  # in which the signatures differ


@dataclass(frozen=True)
class LeftOut:
    """A track that no subset may take; the partner is the track that it repeats."""

    track: str
    video: str
    reason: str
    partner: str = ""


Row = TypeVar("Row", Pair, LeftOut)


def find_pairs(index: Paths, likeness: Likeness) -> list[Pair]:
    """The near duplicates among all tracks with an embedding, by track."""
    columns = ("video", "track", "reason", "score", "embedding", "signature")
    table = read_index(index, columns)
    vectors, there = read_embeddings(table["embedding"])
    places = np.flatnonzero(there)
    if not len(places):
        return []
    known = table.select(["video", "track", "score"]).take(pa.array(places))
    signatures = table["signature"].take(pa.array(places)).to_numpy().astype(np.uint64)
    _, videos = encode_texts(known["video"])
    pairs = near_duplicates(vectors[places], videos, signatures, likeness)
    rank = _rank(known)
    first = np.where(rank[pairs.one] < rank[pairs.other], pairs.one, pairs.other)
    second = pairs.one + pairs.other - first
    one, other = known.take(pa.array(second)), known.take(pa.array(first))
    scale = math.sqrt(vectors.shape[1]) * 127 / 6
    rows = zip(
        one["track"].to_pylist(),
        one["video"].to_pylist(),
        other["track"].to_pylist(),
        other["video"].to_pylist(),
        [round(math.sqrt(squared) / scale, 4) for squared in pairs.squared.tolist()],
        pairs.bits.tolist(),
        strict=True,
    )
    return sorted((Pair(*row) for row in rows), key=lambda pair: (pair.track, pair.repeats))


def _rank(table: pa.Table) -> np.ndarray:
    """(N,) the place of each track when the best scores come first, ties by id."""
    score = np.nan_to_num(table["score"].to_numpy(), nan=-1.0)
    order = by_value(by_id(id_numbers(table["track"])), score)
    rank = np.empty(len(order), np.int64)
    rank[order] = np.arange(len(order))
    return rank


def map_repeats(pairs: Sequence[Pair]) -> dict[str, str]:
    """The track that each removed track repeats; what is removed removes nothing itself."""
    order: dict[str, int] = {}
    for pair in pairs:
        order.setdefault(pair.repeats, 0)
        order.setdefault(pair.track, 0)
    names = list(order)
    place = {name: k for k, name in enumerate(names)}
    one = np.array([place[pair.repeats] for pair in pairs], np.int64)
    other = np.array([place[pair.track] for pair in pairs], np.int64)
    # the better one of each pair comes first: an order that all pairs agree with
    depth = np.zeros(len(names), np.int64)
    for _ in range(len(names)):
        deeper = depth.copy()
        np.maximum.at(deeper, other, depth[one] + 1)
        if np.array_equal(deeper, depth):
            break
        depth = deeper
    rank = np.argsort(np.argsort(depth, kind="stable"), kind="stable")
    nothing = np.zeros(len(pairs), np.int32)
    gone = find_repeated(Pairs(one, other, nothing, nothing.astype(np.uint8)), rank)
    return {names[removed]: names[kept] for removed, kept in gone.items()}


def left_out(
    table: pa.Table, declared: Mapping[str, Declared], evaluation: set[str], removed: Mapping[str, str]
) -> list[LeftOut]:
    """Who may be in no subset, and why, in the order of the table."""
    found = []
    columns = (table[name].to_pylist() for name in ("video", "track", "reason"))
    for video, track, reason in zip(*columns, strict=True):
        why = declared[video].why_not if video in declared else ""
        if why or reason:
            found.append(LeftOut(track, video, why or reason))
        elif video in evaluation:
            found.append(LeftOut(track, video, "evaluation"))
        elif track in removed:
            found.append(LeftOut(track, video, "repeated", removed[track]))
    return found


def read_candidates(index: Paths, with_vectors: bool, without: set[tuple[str, str]]) -> tuple[pa.Table, Candidates]:
    """The rows that may be chosen, as a table and as candidates; `without` are (video, track)."""
    table = read_index(index, (*NEEDED, "clip", "embedding") if with_vectors else (*NEEDED, "clip"))
    if without:
        pairs = zip(table["video"].to_pylist(), table["track"].to_pylist(), strict=True)
        table = table.filter(pa.array([pair not in without for pair in pairs], pa.bool_()))
    if with_vectors:
        vectors, there = read_embeddings(table["embedding"])
        table = table.drop_columns(["embedding"])
    else:
        vectors, there = np.zeros((len(table), 0), np.int8), np.zeros(len(table), bool)
    return table, make_candidates(table, vectors, there)


def make_subsets(
    tracks: Candidates, subsets: Sequence[Subset], lists: Mapping[str, list[str]]
) -> Iterator[tuple[Subset, Choice]]:
    """Each subset with its choice; `lists` are the ids of those that somebody picked, by the subset's name."""
    for subset in subsets:
        if subset.strategy == "picked":
            yield subset, pick_tracks(tracks, lists[subset.name], subset.ids)
    yield from choose_all(tracks, [subset for subset in subsets if subset.strategy != "picked"])


def subset_table(table: pa.Table, subset: Subset, choice: Choice, splits: Mapping[str, str]) -> pa.Table:
    """The rows of a subset, sorted by video and track, with `rank` in the class from 0, `factor` of relaxation (1 where
    it met what was asked), and the split of its video."""
    order = np.argsort(choice.places, kind="stable")  # the index is sorted
    places = choice.places[order]
    factors = np.array(subset.constraints.factors)
    columns = ["video", "track", "clip", "name", "score", "motion_q90", "quality"]
    rows = table.select(columns).take(pa.array(places))
    rows = rows.append_column("rank", pa.array(choice.ranks[order].astype(np.int32)))
    rows = rows.append_column("factor", pa.array(factors[choice.levels[order]]))
    names, videos = encode_texts(rows["video"])
    split_of = np.array([splits.get(name, "") for name in names], object)
    return rows.append_column("split", pa.array(split_of[videos] if len(videos) else [], pa.string()))


def write_table(path: str | Path, table: pa.Table) -> None:
    """Write a table as Parquet; the same table gives the same bytes."""
    pq.write_table(table, path, compression="zstd", row_group_size=1 << 16)


def write_rows(path: str | Path, kind: type[Row], rows: Sequence[Row]) -> None:
    """Write a tab-separated line for each, with the names of its fields above."""
    with Path(path).open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, "excel-tab", lineterminator="\n")
        writer.writerow(field.name for field in fields(kind))
        writer.writerows(astuple(row) for row in rows)


def read_pairs(path: str | Path) -> list[Pair]:
    """The pairs as they were written."""
    return [Pair(row[0], row[1], row[2], row[3], float(row[4]), int(row[5])) for row in _read(path)]


def read_left_out(path: str | Path) -> list[LeftOut]:
    """The tracks left out as they were written."""
    return [LeftOut(*row) for row in _read(path)]


def _read(path: str | Path) -> list[list[str]]:
    with Path(path).open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file, "excel-tab"))[1:]


def open_study(
    index: Paths,
    subsets: Sequence[Subset],
    declared: Mapping[str, Declared],
    evaluation: list[str],
    pairs: Sequence[Pair],
) -> tuple[pa.Table, Candidates, list[LeftOut]]:
    """The rows that may be chosen, as a table and as candidates, and who is left out: videos of the `evaluation` list's
    lines, what declarations keep out, tracks without a clip, and those that repeat another one of `pairs`."""
    heads = read_index(index, ("video", "track", "reason"))
    videos = set(heads["video"].unique().to_pylist())
    without = left_out(heads, declared, evaluation_videos(evaluation, videos), map_repeats(pairs))
    with_vectors = any(subset.needs_vectors for subset in subsets)
    return *read_candidates(index, with_vectors, {(one.video, one.track) for one in without}), without


def read_id_lists(subsets: Sequence[Subset]) -> dict[str, list[str]]:
    """The track ids that the files of `picked` subsets list, one a line, by the subset's name."""
    texts = {subset.name: Path(subset.ids).read_text(encoding="utf-8") for subset in subsets if subset.ids}
    return {name: [line.strip() for line in text.splitlines() if line.strip()] for name, text in texts.items()}
