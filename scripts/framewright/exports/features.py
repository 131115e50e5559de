"""Parquet tables that `datasets.load_dataset` opens with typed columns: classes know their names, lists their items.

The types stand in the file's metadata, where the library `datasets` looks for them. Other readers see plain columns.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

KEY = "huggingface"  # of the file's metadata
WORDS = {"double": "float64", "float": "float32", "bool": "bool"}  # names of types, where they differ from Arrow's
GROUP = 1 << 10  # rows that a reader holds at once; `datasets` takes those of the first group


def name_classes(pairs: Iterable[tuple[int | None, str | None]]) -> list[str]:
    """The names of classes by number, from (number, name) of items; a number that no item has is called `class 7`.

    >>> name_classes([(2, "dog"), (0, "cat"), (2, "dog"), (None, None)])
    ['cat', 'class 1', 'dog']
    """
    known = dict(sorted((number, name or "") for number, name in set(pairs) if number is not None and number >= 0))
    names: list[str] = []
    for number in range(max(known, default=-1) + 1):
        name = known.get(number) or f"class {number}"
        names.append(f"{name} ({number})" if name in names else name)
    return names


def add_features(schema: pa.Schema, classes: Mapping[str, Sequence[str]]) -> pa.Schema:
    """The schema with the types of its columns as `datasets` knows them; `classes` names the classes of columns."""
    features = {field.name: _describe(field.type, classes.get(field.name)) for field in schema}
    return schema.with_metadata({KEY: json.dumps({"info": {"features": features}})})


def write_table(path: str | Path, table: pa.Table, classes: Mapping[str, Sequence[str]]) -> None:
    """Write a table that `datasets` opens with these classes; the same table gives the same bytes."""
    typed = table.replace_schema_metadata(add_features(table.schema, classes).metadata)
    pq.write_table(typed, path, compression="zstd", row_group_size=GROUP)


def _describe(kind: pa.DataType, names: Sequence[str] | None) -> dict[str, Any]:
    if pa.types.is_list(kind) or pa.types.is_fixed_size_list(kind):
        length = {"length": kind.list_size} if pa.types.is_fixed_size_list(kind) else {}
        return {"feature": _describe(kind.value_type, names), **length, "_type": "List"}
    if names is not None:
        return {"names": list(names), "_type": "ClassLabel"}
    return {"dtype": WORDS.get(str(kind), str(kind)), "_type": "Value"}
