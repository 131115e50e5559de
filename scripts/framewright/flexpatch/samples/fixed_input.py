"""Weights of a fixed input size see a part of a frame at the cost of all of it: a line says so, with the remedy."""

import logging
from pathlib import Path


def advise_on_input(detector: object) -> str:
    """A line where a detector has a fixed input size, so that it sees a part of a frame at the cost of all of it.

    Empty for any other; `detector` is whatever has, or lacks, the attributes `fixed` and `path`.
    """
    fixed, path = getattr(detector, "fixed", None), Path(getattr(detector, "path", "<weights>.onnx"))
    if fixed is None:
        return ""
    return (
        f"{path.name}: its input is fixed at {fixed[1]}x{fixed[0]}, so a cluster costs as much as a whole frame and "
        f"nothing is saved; export it with dynamic shapes: yolo export model={path.stem}.pt format=onnx dynamic=True"
    )


def warn_of_fixed_input(detector: object) -> None:
    """Log that line where there is one; called wherever weights are opened for clusters."""
    if advice := advise_on_input(detector):
        logging.getLogger("framewright").warning("%s", advice)
