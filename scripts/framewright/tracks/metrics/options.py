"""How clips are measured: settings alone."""

from dataclasses import dataclass

MOTIONS, EMBEDDINGS = ("dis", "raft"), ("hog_lab", "detector", "onnx", "torchscript")


@dataclass(frozen=True)
class MetricSettings:
    """What measures motion and what makes embeddings; their weights are files, where they need any."""

    motion: str = "dis"
    embedding: str = "hog_lab"
