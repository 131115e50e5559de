"""Models of the user, from ONNX or TorchScript files, computed on one thread."""

from collections.abc import Callable
from pathlib import Path

import numpy as np

from framewright.errors import UserError

Model = Callable[[np.ndarray], np.ndarray]  # float32 inputs to outputs, a row of each for each picture


def load_model(path: str | Path) -> Model:
    """The model in an ONNX file (.onnx) or, by any other name, a TorchScript file; it computes on one thread."""
    return open_onnx(Path(path))[0] if Path(path).suffix == ".onnx" else _torchscript(Path(path))


def open_onnx(path: Path) -> tuple[Model, list[int | str]]:
    """The model in an ONNX file, and the shape of its input, whose free sides are named."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    try:
        session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    except Exception as error:  # onnxruntime's errors share no base class
        raise UserError(
            f"{path}: not a model that onnxruntime reads ({_line(error)}); export it to ONNX again"
        ) from error
    name, shape = session.get_inputs()[0].name, session.get_inputs()[0].shape

    def run(inputs: np.ndarray) -> np.ndarray:
        try:
            if shape and shape[0] == 1:  # exported for one picture at a time
                return np.concatenate([session.run(None, {name: one[None]})[0] for one in inputs])
            return session.run(None, {name: inputs})[0]
        except Exception as error:
            raise UserError(f"{path}: it does not take {inputs.shape} float32 ({_line(error)})") from error

    return run, shape


def _torchscript(path: Path) -> Model:
    import torch

    torch.set_num_threads(1)
    try:
        module = torch.jit.load(str(path), map_location="cpu").eval()
    except (RuntimeError, ValueError) as error:
        raise UserError(f"{path}: neither named .onnx nor a TorchScript file ({_line(error)})") from error

    def run(inputs: np.ndarray) -> np.ndarray:
        try:
            with torch.inference_mode():
                return module(torch.from_numpy(np.ascontiguousarray(inputs, np.float32))).numpy()
        except RuntimeError as error:
            raise UserError(f"{path}: it does not take {inputs.shape} float32 ({_line(error)})") from error

    return run


def _line(error: Exception) -> str:
    return " ".join(str(error).split())[:200]
