"""Open folders with `datasets`, offline, with a cache of its own for each test."""

import os
from pathlib import Path
from typing import Any

os.environ.update(
    HF_HUB_OFFLINE="1", HF_DATASETS_OFFLINE="1", HF_HUB_DISABLE_TELEMETRY="1", HF_DATASETS_DISABLE_PROGRESS_BARS="1"
)


def load(folder: Path | str, cache: Path, *arguments: Any, **options: Any) -> Any:
    """What `datasets.load_dataset(folder)` gives."""
    import datasets

    return datasets.load_dataset(str(folder), *arguments, cache_dir=str(cache), **options)
