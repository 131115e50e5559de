"""Weights for tests: networks that find the same in every frame, whatever it shows."""

from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

NAMES = {0: "person", 1: "dog", 2: "car"}


def make_weights(path: Path, output, names=NAMES, side=320, batch=1, **metadata: str) -> Path:
    """An ONNX network that gives the same output, whatever it sees: (rows, columns) for each picture."""
    output = np.asarray(output, np.float32)
    output = output[None] if output.ndim == 2 else output
    shape = [batch, 3, side, side]
    graph = helper.make_graph(
        [helper.make_node("Identity", ["known"], ["found"])],
        "fixed",
        [helper.make_tensor_value_info("seen", TensorProto.FLOAT, shape)],
        [helper.make_tensor_value_info("found", TensorProto.FLOAT, output.shape)],
        [numpy_helper.from_array(output, "known")],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=10)
    given = {"stride": "32", "task": "detect", **({"names": repr(names)} if names else {}), **metadata}
    helper.set_model_props(model, given)
    onnx.save(model, path)
    return path


def columns(*boxes: tuple) -> np.ndarray:
    """Rows of (middle x, y, width, height, class scores...) as YOLO gives them: (4 + C, A)."""
    return np.array(boxes, np.float32).T
