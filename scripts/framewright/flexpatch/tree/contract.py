"""What a model and its training promise."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from framewright.errors import UserError
from framewright.flexpatch.follow.features import FEATURES, Definition
from framewright.flexpatch.samples.columns import LABELS
from framewright.flexpatch.tree.model import MAX_BYTES, load_model, load_tree, to_matrix
from framewright.study.contract import Finding, make_finding

SLACK = 1e-5  # the error of numbers that are written with six digits


def check_model(
    samples: pd.DataFrame, summary: Mapping[str, Any], model: str | Path, card: str | Path, definition: Definition
) -> list[Finding]:
    """The promises of the model and of its training."""
    size = Path(model).stat().st_size
    return [
        make_finding(
            "the model is small, is the file that its card names, and the card's rules decide as it does",
            _model_faults(samples, model, card, definition),
            f"{size:,} bytes, {len(samples):,} decisions",
        ),
        make_finding("no held-out sample, and none near one, is used for training", _split_faults(summary)),
    ]


def _model_faults(samples: pd.DataFrame, model: str | Path, card: str | Path, definition: Definition) -> Iterator[str]:
    if (size := Path(model).stat().st_size) >= MAX_BYTES:
        yield f"{size:,} bytes, not fewer than {MAX_BYTES:,}"
    try:
        loaded, tree = load_model(model, definition=definition), load_tree(card, definition)
    except UserError as error:
        yield str(error)
        return
    rows = to_matrix(samples)
    # Videos that can't be used, or in which nothing is followed, give no samples: that breaks no promise.
    differ = int((loaded.predict(rows) != tree.predict(rows)).sum()) if len(rows) else 0
    if differ:
        yield f"{differ:,} of {len(rows):,} decisions differ"
    if others := {str(loaded.predict(np.zeros((1, len(FEATURES)), np.float32))[0])} - {*LABELS}:
        yield f"it answers {others}"


def _split_faults(summary: Mapping[str, Any]) -> Iterator[str]:
    gap = summary["split"]["gap"]
    for video, spans in summary["split"]["videos"].items():
        train, held = spans["train"], spans["held-out"]
        if train and held and held[0] - train[1] < gap - SLACK:
            yield f"{video}: trained up to {train[1]:g} s, held out from {held[0]:g} s"
