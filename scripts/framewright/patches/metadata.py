"""metadata.parquet in each format's folder, and a README for each category: `datasets.load_dataset` opens both.

A row has a sharp patch, `gt`, and its stacks, `lr`: first the one of five frames, then the one of seven.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path, PurePosixPath

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from framewright.exports.features import write_table
from framewright.exports.head import compose_head
from framewright.patches.formats import HELD_OUT
from framewright.patches.manifest import Patch
from framewright.study.contract import Finding, make_finding
from framewright.study.rows import read_rows

FILE = "metadata.parquet"
FILES = ("gt", "lr_5frames", "lr_7frames")
SCORES = ("window_sharpness", "window_blockiness", "window_diversity", "window_liveliness")
KNOWN = ("category", "split", "format", "width", "height", "video", "seconds", "kernel", "chain", "licence", *SCORES)
README = """# {root}

{number:,} pairs for video super-resolution by a factor of 3. `datasets.load_dataset` opens this folder, or that of one
format, with a sharp patch (`gt`) and its stacks of five and of seven small frames (`lr`) in each row. The card of the
dataset lies in `card/` among the pipeline's results.
"""


def read_table(rows: Iterable[str | Path]) -> pa.Table:
    """What is known of the patches that are served, with their files relative to the folder `dataset`."""
    return read_rows(rows, [*FILES, *KNOWN])


def write_metadata(target: Path, name: str, table: pa.Table, categories: Sequence[str]) -> int:
    """Write the table of the folder `name`, whose files lie in `target`; how many pairs it has."""
    inside = table.filter(pc.starts_with(table["gt"], f"{name}/GT/"))
    gt, five, seven = (
        [str(PurePosixPath(file).relative_to(name)) for file in inside[column].to_pylist()] for column in FILES
    )
    labels = [categories.index(category) for category in inside["category"].to_pylist()]
    files = {
        "gt_file_name": pa.array(gt, pa.string()),
        "lr_file_names": pa.array(list(map(list, zip(five, seven, strict=True))), pa.list_(pa.string())),
        "label": pa.array(labels, pa.int64()),
    }
    known = {column: inside[column] for column in KNOWN}
    write_table(target / FILE, pa.table(files | known), {"label": categories})
    return len(inside)


def compose_readme(root: str, table: pa.Table) -> str:
    """The README of a category's folder `root`: which of the folders in it are which split."""
    inside = table.filter(pc.starts_with(table["gt"], f"{root}/"))
    found: dict[str, set[str]] = {}
    for file, split in zip(inside["gt"].to_pylist(), inside["split"].to_pylist(), strict=True):
        found.setdefault(split, set()).add(PurePosixPath(file).relative_to(root).parts[0])
    patterns = {
        split: [f"{folder}/{part}" for folder in sorted(found[split]) for part in (FILE, "GT/*.png")]
        for split in ("train", *HELD_OUT)
        if split in found
    }
    return (compose_head(patterns) if patterns else "") + README.format(root=root, number=len(inside))


def check_metadata(dataset: Path, patches: Iterable[Patch], folders: Iterable[str]) -> Finding:
    """The promise of the tables in these folders: each names the pairs that are served there, and no others."""
    named: dict[str, list[str]] = {}
    for patch in patches:
        named.setdefault(str(PurePosixPath(patch.gt).parent.parent), []).append(patch.gt)
    faults = list(_find_faults(dataset, folders, named))
    return make_finding("metadata.parquet of each format names its pairs", faults, f"{sum(map(len, named.values())):,}")


def _find_faults(dataset: Path, folders: Iterable[str], named: Mapping[str, Sequence[str]]) -> Iterator[str]:
    for folder in folders:
        path = dataset / folder / FILE
        listed = pq.read_table(path, columns=["gt_file_name"])["gt_file_name"].to_pylist() if path.is_file() else None
        wanted = sorted(named.get(folder, ()))
        if listed is None:
            yield f"{folder}/{FILE} is missing"
        elif sorted(f"{folder}/{name}" for name in listed) != wanted:
            yield f"{folder}/{FILE} has {len(listed)} pairs, {len(wanted)} are served"
