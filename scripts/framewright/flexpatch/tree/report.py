"""The summary of a training as text."""

from collections.abc import Iterator, Mapping
from typing import Any

from framewright.flexpatch.samples.columns import LABELS

MEANING = {
    "high": "its object is gone, or it misses it",
    "medium": "it overlaps its object by half or less",
    "low": "it lies well",
}


def format_summary(summary: Mapping[str, Any]) -> str:
    """The training data, the model, and how good it is beside other models; ends with a newline."""
    parts = [_data(summary), _labels(summary), _model(summary), _rating(summary), _alternatives(summary)]
    return "\n".join(line for part in parts for line in [*part, ""]).rstrip() + "\n"


def _data(summary: Mapping[str, Any]) -> Iterator[str]:
    sources = sorted({name for name in summary["truth"].values() if name})
    yield "Training data"
    yield f"  videos                {len(summary['truth'])} ({', '.join(summary['truth'])})"
    yield f"  truth                 {' and '.join(sources) or 'none'}"
    yield f"  frames                {summary['frames']:,}"
    yield f"  detections            {summary['detections']:,} ({summary['mean_detections']:.2f} per frame)"
    yield f"  samples               {summary['samples']:,} (tracks, frame by frame)"
    yield f"  features              {', '.join(summary['features'])}"
    yield f"                        as defined by {summary['definition']['name']} {summary['definition']['version']}"


def _labels(summary: Mapping[str, Any]) -> Iterator[str]:
    yield "Labels"
    for label in LABELS:
        count = summary["labels"][label]
        yield f"  {label:7} {count['count']:>9,} {count['share']:>7.1%}   {MEANING[label]}"


def _model(summary: Mapping[str, Any]) -> Iterator[str]:
    model, rows = summary["model"], summary["split"]["rows"]
    yield "Model"
    yield f"  {model['type']}, max_depth {model['max_depth']}, min_samples_split {model['min_samples_split']},"
    yield f"  random_state {model['random_state']}, {'balanced' if model['balanced'] else 'no'} class weights"
    yield f"  {model['leaves']} leaves, {summary['bytes']:,} bytes, {summary['seconds']:.1f} s with all comparisons"
    yield f"  learnt from {rows['train']:,} samples; {rows['held-out']:,} held out by {summary['split']['by']},"
    yield f"  {rows['gap']:,} between them left out ({summary['split']['gap']:g} s)"
    yield "  importances           impurity  permutation (balanced accuracy lost when it is shuffled)"
    for name, found in summary["importances"].items():
        yield f"    {name:19} {found['impurity']:>9.3f} {found['permutation']:>12.3f}"


def _rating(summary: Mapping[str, Any]) -> Iterator[str]:
    yield "On what was held out          accuracy  balanced     high   medium      low"
    rows = {"the tree": summary["held_out"], **summary["baselines"], "(the tree, where it learnt)": summary["learnt"]}
    for name, rating in rows.items():
        figures = [rating["accuracy"], rating["balanced_accuracy"], *rating["recall"].values()]
        yield f"  {name:27}" + "".join(f"{_number(figure):>9}" for figure in figures)
    paper = "".join(f"{summary['paper'][label]:>9.2f}" for label in LABELS)
    yield f"  {'(the paper, other videos)':27}{'':18}{paper}"
    yield "Confusion                       " + "".join(f"{label:>9}" for label in LABELS)
    for label, row in zip(LABELS, summary["held_out"]["confusion"], strict=True):
        yield f"  truly {label:24}" + "".join(f"{number:>9,}" for number in row)


def _alternatives(summary: Mapping[str, Any]) -> Iterator[str]:
    if summary["alternatives"]:
        yield "Other models (balanced accuracy)   folds  held out     high    bytes"
    for row in summary["alternatives"]:
        figures = f"{row['folds']:>9.3f}{_number(row['held_out']):>10}{_number(row['recall']['high']):>9}"
        yield f"  {row['name']:29}{figures}{row['bytes']:>9,}"
    yield summary["verdict"]


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"
