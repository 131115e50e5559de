"""All files of a dataset's card in one call: index, README as Markdown and as a page, Croissant."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from framewright.report.card import Dataset, Store, write_croissant, write_index
from framewright.report.pictures import write_pictures
from framewright.report.readme import write_readme
from framewright.study import job
from framewright.study.record import write_record


def describe_tile(dataset: Dataset, store: Store, index: str | Path) -> dict[str, Any]:
    """What a card tells the report's first page: the dataset's words, how many records it has, under which licences."""
    counted = {"count": pq.read_metadata(index).num_rows, "noun": dataset.records, "licences": store.licences}
    return asdict(dataset.front) | {"title": dataset.front.title or dataset.name} | counted


def write_card(
    outputs: Any,
    dataset: Dataset,
    store: Store,
    rows: Iterable[Mapping[str, Any]] | None = None,
    pictures: Iterable[str | Path] | None = None,
    **others: Any,
) -> None:
    """Write the card's files under the names that a rule declares: `index`, `readme`, `page`, `croissant` and `tile`.

    `rows` fill the index, `others` the files of further records; without `rows` the index is there already. The first
    of `pictures`, files or folders, go to the folder `pictures`. Each file appears whole or not at all.
    """
    if pictures is not None:
        with job.whole(outputs.pictures) as folder:
            write_pictures(folder, pictures)
    for records, part in others.items() if rows is None else [("", rows), *others.items()]:
        with job.whole(getattr(outputs, records or "index")) as path:
            write_index(path, dataset, part, records)
    for name in (outputs.readme, outputs.page):
        with job.whole(name) as path:
            write_readme(path, dataset, store, outputs.index)
    with job.whole(outputs.croissant) as path:
        write_croissant(path, dataset, store, outputs.index)
    with job.whole(outputs.tile) as path:
        write_record(path, describe_tile(dataset, store, outputs.index))
