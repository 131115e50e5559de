"""What subsets promise: checked from their files, not from what made them."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from framewright.study.contract import Finding, make_finding
from framewright.tracks.curation.names import file_name
from framewright.tracks.curation.options import Subset
from framewright.tracks.curation.relaxation import ClassFill, read_fills
from framewright.tracks.curation.scan import read_lines, scan
from framewright.tracks.curation.study import LeftOut, Pair


@dataclass(frozen=True)
class SubsetFiles:
    """A subset with its rows and its table of relaxation."""

    subset: Subset
    rows: pa.Table
    fills: Sequence[ClassFill]

    @property
    def keys(self) -> list[tuple[str, str]]:
        """(video, track) of each row."""
        return list(zip(self.rows["video"].to_pylist(), self.rows["track"].to_pylist(), strict=True))


def read_subset_files(subset: Subset, rows: str | Path, fills: str | Path) -> SubsetFiles:
    """A subset as it was written."""
    return SubsetFiles(subset, pq.read_table(rows), read_fills(fills))


def check_subsets(
    made: Sequence[SubsetFiles],
    folder: Path,
    dataset: str,
    without: Iterable[LeftOut],
    evaluation: set[str],
    pairs: Iterable[Pair],
    splits: Mapping[str, str],
) -> list[Finding]:
    """All promises of the subsets, each found to hold or broken."""
    gone = {(track.video, track.track): track.reason for track in without}
    return [
        make_finding(
            "subsets hold each track once, sorted, and none that was left out",
            _row_faults(made, gone),
            ", ".join(f"{one.subset.name}: {len(one.rows):,}" for one in made),
        ),
        make_finding("no evaluation video is in a subset", _leaks(made, evaluation), f"{len(evaluation)} such videos"),
        make_finding("no class exceeds its quota", _quota_faults(made)),
        make_finding("what counts as met meets what was asked", _threshold_faults(made)),
        make_finding("tables of relaxation add up", _sum_faults(made)),
        make_finding("smaller subsets lie within larger ones of their kind", _nesting_faults(made)),
        make_finding("documented files hold exactly the tracks of their subsets", _file_faults(made, folder, dataset)),
        make_finding("near duplicates are on one side of each split", _split_faults(pairs, splits, gone)),
    ]


def _row_faults(made: Iterable[SubsetFiles], gone: Mapping[tuple[str, str], str]) -> Iterator[str]:
    for one in made:
        keys = one.keys
        if keys != sorted(set(keys)):
            yield f"{one.subset.name}: rows are not sorted, or there twice"
        yield from (f"{one.subset.name}: {key[0]} {key[1]} ({gone[key]})" for key in keys if key in gone)


def _leaks(made: Iterable[SubsetFiles], evaluation: set[str]) -> Iterator[str]:
    for one in made:
        leaked = sorted(set(one.rows["video"].to_pylist()) & evaluation)
        yield from (f"{one.subset.name}: {video}" for video in leaked)


def _quota_faults(made: Iterable[SubsetFiles]) -> Iterator[str]:
    for one in made:
        counted = Counter(one.rows["name"].to_pylist())
        if one.subset.strategy == "random" and counted.total() > one.subset.quota:
            yield f"{one.subset.name}: {counted.total():,} of {one.subset.quota:,}"
        elif one.subset.strategy not in ("random", "picked"):
            yield from (
                f"{one.subset.name}: {count} of {name}" for name, count in counted.items() if count > one.subset.quota
            )


def _threshold_faults(made: Iterable[SubsetFiles]) -> Iterator[str]:
    for one in made:
        asked = one.subset.constraints
        for column, limit in (("motion_q90", "min_motion"), ("quality", "min_quality")):
            columns = (one.rows[name].to_pylist() for name in ("track", column, "factor"))
            for track, value, factor in zip(*columns, strict=True):
                least = getattr(asked.at(factor), limit)
                if least > 0 and (value is None or value < least * (1 - 1e-6)):
                    yield f"{one.subset.name}: {track} has {column} {value}, at factor {factor:g} {least:g} is asked"


def _sum_faults(made: Iterable[SubsetFiles]) -> Iterator[str]:
    for one in made:
        counted = Counter(zip(one.rows["name"].to_pylist(), one.rows["factor"].to_pylist(), strict=True))
        for row in one.fills:
            there = {1.0: row.as_asked} | row.relaxed
            if row.taken != sum(there.values()) or any(counted[row.name, k] != count for k, count in there.items()):
                yield f"{one.subset.name}: {row.name} has {row.taken} tracks, {there}"
            if row.taken > min(row.asked, row.found):
                yield f"{one.subset.name}: {row.name} has {row.taken} tracks of {row.found}, asked {row.asked}"
        if sum(row.taken for row in one.fills) != len(one.rows):
            yield f"{one.subset.name}: {len(one.rows)} rows, {sum(row.taken for row in one.fills)} in the table"


def _nesting_faults(made: Sequence[SubsetFiles]) -> Iterator[str]:
    families: dict[Subset, list[SubsetFiles]] = {}
    for one in made:
        if one.subset.strategy != "picked":
            families.setdefault(replace(one.subset, name="", max_tracks=None, max_per_class=None), []).append(one)
    for members in families.values():
        for small, large in pairwise(sorted(members, key=lambda one: one.subset.quota)):
            if more := set(small.keys) - set(large.keys):
                yield f"{len(more)} tracks of {small.subset.name} are not in {large.subset.name}"


def _file_faults(made: Iterable[SubsetFiles], folder: Path, dataset: str) -> Iterator[str]:
    for one in made:
        path = folder / file_name(dataset, one.subset, len(one.rows))
        if not path.is_file():
            yield f"{path.name} is missing"
        elif [line.tid for line in map(scan, read_lines(path))] != one.rows["track"].to_pylist():
            yield f"{path.name} holds other tracks than {one.subset.name}"


def _split_faults(
    pairs: Iterable[Pair], splits: Mapping[str, str], gone: Mapping[tuple[str, str], str]
) -> Iterator[str]:
    for pair in pairs:
        one, other = splits.get(pair.video, ""), splits.get(pair.of_video, "")
        if one != other and (pair.video, pair.track) not in gone and (pair.of_video, pair.repeats) not in gone:
            yield (
                f"{pair.video} ({one}) repeats {pair.of_video} ({other}); set tracks.duplicates.remove, or give both "
                "one split in the table"
            )
