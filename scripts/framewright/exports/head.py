"""The head of a README that tells `datasets.load_dataset` and dataset hubs what splits a folder has, and where."""

from collections.abc import Mapping, Sequence
from typing import Any

import yaml


def compose_head(splits: Mapping[str, Sequence[str]], **others: Any) -> str:
    """The YAML head: the patterns of each split's files, and other keys, such as metadata_filenames.

    >>> print(compose_head({"train": ["a.parquet"]}), end="")
    ---
    configs:
    - config_name: default
      data_files:
      - split: train
        path:
        - a.parquet
    ---
    """
    files = [{"split": name, "path": list(patterns)} for name, patterns in splits.items()]
    return compose_fence({"configs": [{"config_name": "default", **others, "data_files": files}]})


def compose_fence(values: Mapping[str, Any]) -> str:
    """Values as a YAML head of a Markdown file, in their order."""
    return f"---\n{yaml.safe_dump(dict(values), sort_keys=False, allow_unicode=True, width=100)}---\n"
