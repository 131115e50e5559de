"""What the evaluation promises."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from framewright.study.contract import Finding, make_finding

SLACK = 1e-4  # the error of shares that are written with four digits


def check_evaluation(rated: Sequence[Mapping[str, Any]], evaluation: Mapping[str, Any]) -> list[Finding]:
    """The promise of the evaluation of all rated sequences."""
    return [
        make_finding(
            "precisions and shares are in 0..1, and the costs of sequences add up",
            _faults(rated, evaluation),
            f"{evaluation['sequences']:,} sequences, {len(evaluation['methods'])} methods",
        )
    ]


def _faults(rated: Sequence[Mapping[str, Any]], evaluation: Mapping[str, Any]) -> Iterator[str]:
    sequences = [sequence for record in rated for sequence in record["sequences"]]
    if evaluation["sequences"] != len(sequences):
        yield f"{len(sequences)} sequences were rated, {evaluation['sequences']} are reported"
    for method, figures in evaluation["methods"].items():
        if figures["pixels"] != sum(sequence["methods"][method]["pixels"] for sequence in sequences):
            yield f"{method}: its pixels are not those of its sequences"
        shares = [sequence["methods"][method]["share"] for sequence in sequences]
        if abs(figures["share"] - float(np.mean(shares))) > SLACK:
            yield f"{method}: its share is not the mean of its sequences'"
        bounded = [figures["ap"], figures["share"], *figures["ap_between"], figures["new_found"] or 0]
        if not all(0 <= figure <= 1 for figure in bounded):
            yield f"{method}: a figure is beyond 0..1"
        if "confusion" in figures and not all(
            figures["packed"][label] <= sum(row.values()) for label, row in figures["confusion"].items()
        ):
            yield f"{method}: more tracks were packed than there were"
