"""The card of a dataset, for programs (Croissant, checked and read back by mlcroissant) and for people (Markdown).

A pipeline states what only it can know, as a `Dataset`, and yields a row for each thing in it. All else comes from what
the run has recorded: see `read_store`.
"""

import hashlib
import io
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path
from typing import Any

import mlcroissant as mlc
import pyarrow as pa
import pyarrow.parquet as pq
from PIL import Image

from framewright.report.citation import format_bibtex
from framewright.study.funnel import Stage, read_funnel, read_outcomes, read_stages
from framewright.study.record import write_record
from framewright.study.rows import Column

KINDS = {
    "text": (pa.string(), mlc.DataType.TEXT),
    "whole": (pa.int64(), mlc.DataType.INTEGER),
    "number": (pa.float64(), mlc.DataType.FLOAT),
    "yes-no": (pa.bool_(), mlc.DataType.BOOL),
    "picture": (pa.binary(), mlc.DataType.IMAGE_OBJECT),  # the bytes of its file
    "film": (pa.binary(), mlc.DataType.VIDEO_OBJECT),
}
CONFORMS_TO = ["http://mlcommons.org/croissant/1.1", "http://mlcommons.org/croissant/RAI/1.0"]
ROWS = 1 << 16  # of the index that are in memory at once
READ_BACK = 1000  # records that are compared one by one


@dataclass(frozen=True)
class Front:
    """What the first page of the report says of a dataset, beside how many records it has."""

    title: str
    load: str  # the Python line that loads it
    picture: str = ""  # a picture among the results that may be shown, such as results/tracks/sheet.png; "" for none
    figure: str = ""  # the one number that tells how good it is, and "" where there is none
    meaning: str = ""  # what that number says, in a few words
    gallery: str = ""  # the page in which the dataset can be looked through, beside the report; "" for none

    def with_figure(self, figure: str, meaning: str) -> "Front":
        """The same with the number that tells how good the dataset is."""
        return replace(self, figure=figure, meaning=meaning)


@dataclass(frozen=True)
class Background:
    """What those who judge a dataset ask beside what is in it."""

    collection: str = ""  # how it came about
    annotation: str = ""  # who or what labelled it
    biases: tuple[str, ...] = ()
    uses: tuple[str, ...] = ()  # what it is good for
    tasks: tuple[str, ...] = ()  # the same in the words of dataset hubs, such as image-to-image


@dataclass(frozen=True)
class Dataset:
    """What only its pipeline can say of a dataset."""

    name: str
    description: str
    records: str  # what the rows of the index are: videos, clips
    columns: Mapping[str, Column]  # the first one names a row
    cites: tuple[str, ...]  # abbreviations in CITATION.cff
    privacy: str
    limits: tuple[str, ...]
    licence: str | None = None  # of what it holds beside its sources, such as digits or what code has drawn
    others: Mapping[str, Mapping[str, Column]] = field(default_factory=dict)  # more records, in a file of their name
    front: Front = field(default_factory=lambda: Front("", ""))
    sections: Mapping[str, str] = field(default_factory=dict)  # more of the card for people: Markdown below a heading
    background: Background = field(default_factory=Background)
    media: Mapping[str, tuple[str, str]] = field(default_factory=dict)  # name -> pattern from the card on, MIME type

    def files(self, index: str | Path) -> dict[str, tuple[Mapping[str, Column], Path]]:
        """The columns of all kinds of records, and the file of each, beside the index."""
        others = {name: (columns, Path(index).with_name(f"{name}.parquet")) for name, columns in self.others.items()}
        return {self.records: (self.columns, Path(index))} | others


@dataclass(frozen=True)
class Store:
    """What a run has recorded of how a dataset came about."""

    funnel: dict[str, list[Stage]]  # of the sources, if it has any, and of the pipeline
    licences: dict[str, int]  # number of the videos in it by licence, the most frequent first; "" is unknown
    settings: dict[str, Any]
    citation: dict[str, Any]


def read_store(
    outcomes: Mapping[str, str | Path],
    licences: Mapping[str, str],
    settings: dict[str, Any],
    citation: dict[str, Any],
    more: Iterable[tuple[str, str]] = (),
) -> Store:
    """Gather the store from the outcomes of each pipeline that led to the dataset, the last being the dataset's.

    `licences` are those of all videos, by id; only videos count of which the last stage kept something. `settings` is
    the part of the configuration that the card shows, `citation` what CITATION.cff holds. `more` are (pipeline, path)
    of stages that are counted already.
    """
    funnel = read_funnel((pipeline, str(path)) for pipeline, path in outcomes.items())
    kept = defaultdict(set)
    *_, last = outcomes.values()
    for item in read_outcomes(last):
        if not item.reason:
            kept[item.stage].add(item.video)
    *_, stages = funnel.values()
    used = kept[stages[-1].name] - {""} if stages else set()
    counted = Counter(licences.get(video, "") for video in used)
    ordered = dict(sorted(counted.items(), key=lambda pair: (-pair[1], pair[0])))
    for pipeline, path in more:
        funnel[pipeline] += read_stages(path)
    return Store(funnel, ordered, settings, citation)


def write_index(path: str | Path, dataset: Dataset, rows: Iterable[Mapping[str, Any]], records: str = "") -> None:
    """Write a Parquet file with a row for each of `rows`, records of the name `records` if they are not the first; the
    same rows give the same bytes."""
    columns = dataset.others[records] if records else dataset.columns
    schema = pa.schema([(name, KINDS[column.kind][0]) for name, column in columns.items()])
    rest = iter(rows)
    with pq.ParquetWriter(path, schema) as writer:
        while batch := list(islice(rest, ROWS)):
            writer.write_table(pa.Table.from_pylist(batch, schema))


def write_croissant(path: str | Path, dataset: Dataset, store: Store, index: str | Path) -> None:
    """Write the card for programs beside its index, and read it back: a card that mlcroissant refuses is an error."""
    metadata = compose_croissant(dataset, store, Path(index))
    write_record(path, metadata.to_json())
    check(path, dataset, index)


def compose_croissant(dataset: Dataset, store: Store, index: Path) -> mlc.Metadata:
    """The card for programs, with the file `index`, and those beside it, as its record sets."""
    files, background = dataset.files(index), dataset.background
    return mlc.Metadata(
        name=dataset.name,
        description=dataset.description,
        conforms_to=CONFORMS_TO,
        version=store.citation["version"],
        license=list(licence_lines(dataset, store)),
        cite_as=format_bibtex(store.citation, dataset.cites),
        data_limitations=list(dataset.limits),
        personal_sensitive_information=[dataset.privacy],
        data_collection=background.collection or None,
        data_annotation_protocol=[background.annotation] if background.annotation else None,
        data_biases=list(background.biases) or None,
        data_use_cases=list(background.uses) or None,
        distribution=[
            *(_file(records, path) for records, (_, path) in files.items()),
            *(
                mlc.FileSet(id=name, name=name, includes=[pattern], encoding_formats=[kind])
                for name, (pattern, kind) in dataset.media.items()
            ),
        ],
        record_sets=[_record_set(records, columns, path) for records, (columns, path) in files.items()],
    )


def _file(records: str, path: Path) -> mlc.FileObject:
    return mlc.FileObject(
        id=path.name,
        name=path.name,
        description=f"One row for each of the {records}.",
        content_url=path.name,
        encoding_formats=["application/x-parquet"],
        sha256=hashlib.sha256(path.read_bytes()).hexdigest(),
    )


def _record_set(records: str, columns: Mapping[str, Column], path: Path) -> mlc.RecordSet:
    fields = [
        mlc.Field(
            id=f"{records}/{name}",
            name=name,
            description=column.sentence,
            data_types=[KINDS[column.kind][1]],
            source=mlc.Source(file_object=path.name, extract=mlc.Extract(column=name)),
        )
        for name, column in columns.items()
    ]
    return mlc.RecordSet(id=records, name=records, key=fields[0].id, fields=fields)


def licence_lines(dataset: Dataset, store: Store) -> Iterator[str]:
    """Every licence that the dataset is under, and loudly, if so, that some are not known."""
    yield from dict.fromkeys(filter(None, [dataset.licence, *store.licences]))
    if unknown := store.licences.get(""):
        yield f"UNKNOWN for {unknown} of {sum(store.licences.values())} videos"
    elif not store.licences and not dataset.licence:
        yield "none: the dataset is empty"


def check(path: str | Path, dataset: Dataset, index: str | Path) -> None:
    """Let mlcroissant validate a card and read its records; ValueError for whatever is not as it was written."""
    card = mlc.Dataset(jsonld=Path(path))
    # When it is published only its publisher knows.
    complaints = [text for text in card.metadata.ctx.issues.warnings if "datePublished" not in text]
    if complaints:
        raise ValueError(f"{path}: {complaints[0]}")
    for records, (columns, file) in dataset.files(index).items():
        read = [
            {name: _plain(record[f"{records}/{name}"], column.kind) for name, column in columns.items()}
            for record in islice(card.records(records), READ_BACK)
        ]
        there = [
            {name: _look(row[name], column.kind) for name, column in columns.items()}
            for row in pq.read_table(file).slice(0, READ_BACK).to_pylist()
        ]
        if read != there:
            raise ValueError(f"{path}: mlcroissant reads {len(read)} records otherwise than {file} holds them")


def _plain(value: Any, kind: str) -> Any:
    """A value that mlcroissant gave, as it was written; a picture as its size and its pixels."""
    if kind == "picture":
        return None if value is None else (value.size, value.tobytes())
    return value.decode() if isinstance(value, bytes) and kind != "film" else value


def _look(value: Any, kind: str) -> Any:
    if kind != "picture" or value is None:
        return value
    picture = Image.open(io.BytesIO(value))
    return picture.size, picture.tobytes()
