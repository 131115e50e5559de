"""The samples as typed arrays, with the splits to train and rate on.

>>> samples = load_samples("results/flexpatch")
>>> samples.features.shape[1], samples.features.dtype     # (N, 5) float32; the labels are (N,) str
(5, dtype('float32'))
>>> train, held_out = samples.split()                     # by video or time, never by row
>>> len(train) > 0 and len(held_out) > 0
True

`datasets.load_dataset("csv", ...)` and `pandas.read_csv` read the same table; `TYPES` names the type of each column.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from framewright.flexpatch.follow.features import FEATURES, Definition, read_definition
from framewright.flexpatch.rows import STATE
from framewright.flexpatch.samples.columns import Sample
from framewright.flexpatch.tree.cards import read_card
from framewright.flexpatch.tree.model import LABEL
from framewright.flexpatch.tree.options import Splitting
from framewright.flexpatch.tree.split import HELD_OUT, TRAIN, split_samples
from framewright.study.rows import read_rows, rows_in

SIDE = "training_data.json"
DEFAULT_SPLITTING = Splitting()
TYPES: Mapping[str, str] = {
    name: {float: "float64", int: "int64", str: "str"}[kind] for name, kind in Sample.__annotations__.items()
}


@dataclass(frozen=True, eq=False)
class Samples:
    """Samples of one definition of the features. `table` has the columns of training_data.csv, typed as TYPES says."""

    table: pd.DataFrame
    definition: Definition
    truth: Mapping[str, str]  # where the truth of each video comes from: annotations or detector

    def __len__(self) -> int:
        return len(self.table)

    @property
    def features(self) -> np.ndarray:
        """(N, 5) float32, in the documented order."""
        return self.table[list(FEATURES)].to_numpy(np.float32)

    @property
    def labels(self) -> np.ndarray:
        """(N,) str: high, medium or low."""
        return self.table[LABEL].to_numpy(str)

    def split(
        self, splitting: Splitting = DEFAULT_SPLITTING, splits: Mapping[str, str] | None = None
    ) -> tuple["Samples", "Samples"]:
        """The samples for training, and those that are held out; `splits` is the video table's column, if any.

        The defaults of `Splitting` are those of the library; the configuration sets another `gap`.
        """
        part = split_samples(self.table, splitting.by, splitting.share, splitting.gap, splits)
        train, held_out = (
            Samples(self.table[part == name].reset_index(drop=True), self.definition, self.truth)
            for name in (TRAIN, HELD_OUT)
        )
        return train, held_out


def load_samples(folder: str | Path) -> Samples:
    """The samples in a folder results/flexpatch, with their side file; UserError where either is not as documented.

    They are those of its rows: what left the table of videos is served no more.
    """
    side = Path(folder) / SIDE
    record = read_card(side)
    rows = read_rows(rows_in(folder), [STATE if name == "state" else name for name in TYPES])
    table = rows.to_pandas().rename(columns={STATE: "state"}).astype(TYPES)
    return Samples(table, read_definition(record, side), record["truth"])
