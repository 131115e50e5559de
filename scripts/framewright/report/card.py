"""The card of a dataset, for programs (Croissant, checked and read back by mlcroissant) and for people (Markdown).

A pipeline states what only it can know, as a `Dataset`, and yields a row for each thing in it. All else comes from what
the run has recorded: see `read_store`.
"""

import glob
import hashlib
import io
import logging
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
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
class Media:
    """Files that the card describes where they lie: their folder, from the card on, the pattern of their names in it,
    and their MIME type. The `examples` among them are records, each with the file itself."""

    folder: str
    pattern: str
    kind: str
    examples: tuple[str, ...] = ()  # relative to the folder


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
    provenance: str = ""  # how a source became a record, in words; with it `others` have the sources
    media: Mapping[str, Media] = field(default_factory=dict)  # by what they are: clips

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
    written = metadata.to_json()
    written["@context"]["containedIn"] = "cr:containedIn"  # of Croissant 1.1; without it files are looked for elsewhere
    write_record(path, written)
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
            *(part for name, media in dataset.media.items() for part in _describe_files(name, media, index)),
        ],
        record_sets=[
            *(_record_set(records, columns, path) for records, (columns, path) in files.items()),
            *(_media_set(name, media) for name, media in dataset.media.items() if media.examples),
        ],
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


def _describe_files(name: str, media: Media, index: Path) -> Iterator[mlc.FileObject | mlc.FileSet]:
    """All files of a kind, and the examples among them; each in a folder of its own, as mlcroissant wants it.

    It takes what lies in a folder as it takes what an archive holds, and reads all files of a record set at once.
    """
    patterns = {name: [media.pattern], f"{name}-example": [glob.escape(file) for file in media.examples]}
    for called, includes in patterns.items():
        if not includes:
            continue
        yield mlc.FileObject(
            id=f"{called}-folder",
            name=Path(media.folder).name,
            description=f"A folder; {index.name} lists its files, and the sha256 is that of {index.name}.",
            content_url=media.folder,
            encoding_formats=["inode/directory"],
            sha256=hashlib.sha256(index.read_bytes()).hexdigest(),
        )
        yield mlc.FileSet(
            id=f"{called}-files",
            name=f"{called}-files",
            contained_in=[f"{called}-folder"],
            includes=includes,
            encoding_formats=[media.kind],
        )


def _media_set(name: str, media: Media) -> mlc.RecordSet:
    """Examples as records: the name of the file in its folder, and the file itself."""
    of, records = f"{name}-example-files", f"{name}-examples"
    kind = mlc.DataType.VIDEO_OBJECT if media.kind.startswith("video/") else mlc.DataType.IMAGE_OBJECT
    fields = [
        mlc.Field(
            id=f"{records}/{field}",
            name=field,
            description=sentence,
            data_types=[data_type],
            source=mlc.Source(file_set=of, extract=mlc.Extract(file_property=found)),
        )
        for field, sentence, data_type, found in (
            ("file", f"The file, relative to {media.folder}.", mlc.DataType.TEXT, "fullpath"),
            ("content", "The file itself.", kind, "content"),
        )
    ]
    return mlc.RecordSet(id=records, name=records, key=fields[0].id, fields=fields)


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
    logging.getLogger("absl").setLevel(logging.ERROR)  # its warnings are judged here
    card = mlc.Dataset(jsonld=Path(path))
    # When it is published only its publisher knows.
    complaints = [text for text in card.metadata.ctx.issues.warnings if "datePublished" not in text]
    if complaints:
        raise ValueError(f"{path}: {complaints[0]}")
    with settle_arrow(index):
        for records, (columns, file) in dataset.files(index).items():
            read = [
                {name: _plain(record[f"{records}/{name}"]) for name in columns}
                for record in islice(card.records(records), READ_BACK)
            ]
            if read != pq.read_table(file).slice(0, READ_BACK).to_pylist():
                raise ValueError(f"{path}: mlcroissant reads {len(read)} records otherwise than {file} holds them")
        for name, media in dataset.media.items():
            _check_media(path, card, name, media)


@contextmanager
def settle_arrow(table: str | Path) -> Iterator[None]:
    """Once this ends, no thread of Arrow holds a file that Python opened, such as those that mlcroissant reads.

    A thread that lets go of one while Python ends aborts the process. With one thread of each kind, all reading is done
    in order: when a table has been read without Python, what was read before is gone.
    """
    threads = pa.cpu_count(), pa.io_thread_count()
    pa.set_cpu_count(1)
    pa.set_io_thread_count(1)
    try:
        yield
        pq.read_table(table)
    finally:
        pa.set_cpu_count(threads[0])
        pa.set_io_thread_count(threads[1])


def _check_media(path: str | Path, card: mlc.Dataset, name: str, media: Media) -> None:
    """A ValueError where mlcroissant does not give the examples themselves, in the order of their names."""
    records = f"{name}-examples"
    found = {
        _plain(record[f"{records}/file"]): record[f"{records}/content"]
        for record in (card.records(records) if media.examples else ())
    }
    if [*found] != sorted(media.examples):
        raise ValueError(f"{path}: mlcroissant finds {len(found)} of the {len(media.examples)} {records}")
    for file, content in found.items():
        there = (Path(path).parent / media.folder / file).read_bytes()
        if content != there if isinstance(content, bytes) else _look(content) != _look(Image.open(io.BytesIO(there))):
            raise ValueError(f"{path}: mlcroissant reads {file} otherwise than it is")


def _plain(value: Any) -> Any:
    return value.decode() if isinstance(value, bytes) else value


def _look(picture: Image.Image) -> tuple[tuple[int, int], bytes]:
    return picture.size, picture.tobytes()
