"""The summary of a training as text, to read."""

from collections.abc import Iterator, Mapping
from typing import Any

from framewright.flexpatch.samples.columns import LABELS

MEANING = {
    "high": "its object is gone, or it misses it",
    "medium": "it overlaps its object by half or less",
    "low": "it lies well",
}


def story(summary: Mapping[str, Any]) -> str:
    """What was learnt from, what came out, and how good it is beside other ways to decide; ends with a newline."""
    parts = [_data(summary), _labels(summary), _model(summary), _rating(summary), _alternatives(summary)]
    return "\n".join(line for part in parts for line in [*part, ""]).rstrip() + "\n"


def _data(own: Mapping[str, Any]) -> Iterator[str]:
    sources = sorted({name for name in own["truth"].values() if name})
    yield "Training data"
    yield f"  videos                {len(own['truth'])} ({', '.join(own['truth'])})"
    yield f"  truth                 {' and '.join(sources) or 'none'}"
    yield f"  frames                {own['frames']:,}"
    yield f"  detections            {own['detections']:,} ({own['mean_detections']:.2f} per frame)"
    yield f"  samples               {own['samples']:,} (tracks, frame by frame)"
    yield f"  features              {', '.join(own['features'])}"
    yield f"                        as defined by {own['definition']['name']} {own['definition']['version']}"


def _labels(own: Mapping[str, Any]) -> Iterator[str]:
    yield "Labels"
    for label in LABELS:
        count = own["labels"][label]
        yield f"  {label:7} {count['count']:>9,} {count['share']:>7.1%}   {MEANING[label]}"


def _model(own: Mapping[str, Any]) -> Iterator[str]:
    model, rows = own["model"], own["split"]["rows"]
    yield "Model"
    yield f"  {model['type']}, max_depth {model['max_depth']}, min_samples_split {model['min_samples_split']},"
    yield f"  random_state {model['random_state']}, {'balanced' if model['balanced'] else 'no'} class weights"
    yield f"  {model['leaves']} leaves, {own['bytes']:,} bytes, {own['seconds']:.1f} s with all comparisons"
    yield f"  learnt from {rows['train']:,} samples; {rows['held-out']:,} held out by {own['split']['by']},"
    yield f"  {rows['gap']:,} between them left out ({own['split']['gap']:g} s)"
    yield "  importances           impurity  permutation (balanced accuracy lost when it is shuffled)"
    for name, found in own["importances"].items():
        yield f"    {name:19} {found['impurity']:>9.3f} {found['permutation']:>12.3f}"


def _rating(own: Mapping[str, Any]) -> Iterator[str]:
    yield "On what was held out          accuracy  balanced     high   medium      low"
    rows = {"the tree": own["held_out"], **own["baselines"], "(the tree, where it learnt)": own["learnt"]}
    for name, rating in rows.items():
        figures = [rating["accuracy"], rating["balanced_accuracy"], *rating["recall"].values()]
        yield f"  {name:27}" + "".join(f"{_number(figure):>9}" for figure in figures)
    paper = "".join(f"{own['paper'][label]:>9.2f}" for label in LABELS)
    yield f"  {'(the paper, other videos)':27}{'':18}{paper}"
    yield "Confusion                       " + "".join(f"{label:>9}" for label in LABELS)
    for label, row in zip(LABELS, own["held_out"]["confusion"], strict=True):
        yield f"  truly {label:24}" + "".join(f"{number:>9,}" for number in row)


def _alternatives(own: Mapping[str, Any]) -> Iterator[str]:
    if own["alternatives"]:
        yield "Other ways (balanced accuracy)     folds  held out     high    bytes"
    for row in own["alternatives"]:
        figures = f"{row['folds']:>9.3f}{_number(row['held_out']):>10}{_number(row['recall']['high']):>9}"
        yield f"  {row['name']:29}{figures}{row['bytes']:>9,}"
    yield own["verdict"]


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"
