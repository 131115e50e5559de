"""What samples, model, boxes and evaluation promise together."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from framewright.flexpatch.evaluation.contract import check_evaluation
from framewright.flexpatch.follow.features import DEFINITIONS
from framewright.flexpatch.runtime.contract import check_boxes
from framewright.flexpatch.samples.contract import check_samples
from framewright.flexpatch.samples.options import Sampling
from framewright.flexpatch.tree.contract import check_model
from framewright.study.contract import Finding

Record = Mapping[str, Any]


def check_pipeline(
    samples: pd.DataFrame,
    side: Record,
    records: Sequence[Record],
    sampling: Sampling,
    features: str,
    summary: Record,
    model: str | Path,
    card: str | Path,
    boxes: Sequence[str | Path],
    runs: Sequence[Record],
    rated: Sequence[Record],
    evaluation: Record,
) -> list[Finding]:
    """The findings of all stages; `features` names the configured definition."""
    definition = DEFINITIONS[features]
    return [
        *check_samples(samples, side, records, sampling, definition),
        *check_model(samples, summary, model, card, definition),
        *check_boxes(boxes, runs),
        *check_evaluation(rated, evaluation),
    ]
