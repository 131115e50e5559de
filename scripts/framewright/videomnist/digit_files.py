"""Where the pictures of digits come from, and the names of MNIST's files. Light: no arrays here."""

import re
from pathlib import Path

EMBEDDED = "scikit-learn"
MNIST = (
    *("train-images-idx3-ubyte.gz", "train-labels-idx1-ubyte.gz"),
    *("t10k-images-idx3-ubyte.gz", "t10k-labels-idx1-ubyte.gz"),
)


def is_address(source: str) -> bool:
    """Whether the digits come from the web."""
    return re.match("https?://", source) is not None


def find_files(source: str) -> list[str]:
    """MNIST's files in a folder; where one is there plain and packed, the plain one."""
    if source == EMBEDDED or is_address(source):
        return []
    found = sorted(Path(source).glob("*[.-]idx[13]-ubyte")) + sorted(Path(source).glob("*[.-]idx[13]-ubyte.gz"))
    chosen = {path.name.removesuffix(".gz"): str(path) for path in reversed(found)}
    return sorted(chosen.values())


def files_to_fetch(source: str) -> tuple[str, ...]:
    """The names of MNIST's files, where they come from the web."""
    return MNIST if is_address(source) else ()
