"""The samples as tables that `datasets.load_dataset` opens: `train.parquet` and `test.parquet`, typed and labelled.

They are split as the tree's training splits them: by video or time, never by row. What lies in the gap is in neither.
"""

from collections.abc import Iterable, Mapping
from pathlib import Path

import pyarrow as pa

from framewright.exports.features import write_table
from framewright.flexpatch.row_columns import COLUMNS
from framewright.flexpatch.rows import STATE
from framewright.flexpatch.samples.columns import LABELS
from framewright.flexpatch.tree.options import Splitting
from framewright.flexpatch.tree.split import HELD_OUT, TRAIN, split_samples
from framewright.study.rows import KINDS, read_rows

PARTS = {"train": TRAIN, "test": HELD_OUT}
NAMES = {"iou_label": tuple(LABELS), "state": ("there", "gone")}


def write_tables(
    folder: Path, rows: Iterable[str | Path], splitting: Splitting, splits: Mapping[str, str]
) -> dict[str, int]:
    """Make `folder` with a table of the samples for training and one of those that are held out; how many each has."""
    folder.mkdir(parents=True)
    names = [STATE if name == "state" else name for name in COLUMNS]
    samples = read_rows(rows, names).to_pandas().rename(columns={STATE: "state"})
    for name, words in NAMES.items():
        samples[name] = samples[name].map({word: number for number, word in enumerate(words)})
    part = split_samples(samples, splitting.by, splitting.share, splitting.gap, splits) if len(samples) else None
    schema = pa.schema(
        [(name, pa.int64() if name in NAMES else KINDS[column.kind]) for name, column in COLUMNS.items()]
    )
    counts = {}
    for split, word in PARTS.items():
        chosen = samples if part is None else samples[part == word]
        table = pa.Table.from_pandas(chosen, schema, preserve_index=False)
        write_table(folder / f"{split}.parquet", table, NAMES)
        counts[split] = len(table)
    return counts
