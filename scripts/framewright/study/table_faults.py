"""Every fault of the table of videos as one clear line: where, what stands there, what is allowed."""

import itertools
import os
import re
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator
from math import fsum, isfinite
from pathlib import Path
from typing import NamedTuple

from framewright.study.config import Schema, did_you_mean, has_path, quote_value, read_yaml
from framewright.study.table import Table, columns_of, kind_of, split_shares, split_words

PATHS = "paths are relative to the working directory"
AT_YOUTUBE = r"https?://([^/]*\.)?(youtube\.com|youtu\.be)/"
PLAIN_ADDRESS = rf"(?!{AT_YOUTUBE})https?://[!-.0-~][!-~]*"
WILDCARD = re.compile(r"\{\s*[.\w]+\s*(,.*)?\}")  # what Snakemake replaces in the name of an input


class Problem(NamedTuple):
    """A fault of one row."""

    number: int  # the row's
    there: str  # what stands there: `split = "tests"`
    rule: str  # what is allowed, in the same words for all problems of a kind


def find_faults(table: Table, folder: Path, scenes: Collection[str], categories: Collection[str] = ()) -> list[str]:
    """A line for each fault of the table: the row's number in the file, what stands there, what is allowed.

    `folder` holds the schemas, `scenes` are the names that may follow `demo:`, `categories` those that may have a share
    where they are not the schema's. Of many faults of one kind the first ten are shown and the others counted.
    """
    if table.fault:
        return [table.fault]
    columns = read_yaml(folder / "videos.schema.yaml")
    columns["properties"]["source"]["scenes"] = sorted(scenes)
    if categories:
        columns["properties"]["categories"]["propertyNames"]["enum"] = list(categories)
    lines = [f"{table.path}: header: {fault}" for fault in _header_faults(table.header, columns)]
    if not set(table.header) & set(columns["properties"]):
        return lines
    if not table.rows:
        return [*lines, f"{table.path}: no videos; each row below the header is one"]
    return lines + _listed(table.path, _problems(table, columns))


def _problems(table: Table, columns: Schema) -> Iterator[Problem]:
    numbers, rows = [], []
    for number, row in zip(table.numbers, table.rows, strict=True):
        if 1 < len(row) <= len(table.header):
            numbers.append(number)
            rows.append(row)
        else:
            there = f"{len(row)} cell{'s' * (len(row) != 1)}"
            yield Problem(number, there, f"the header names {len(table.header)} columns; cells are separated by tabs")
    cells: dict[str, list[str | None]]
    cells = {name: [*found] for name, found in columns_of(table.header, rows, columns["properties"]).items()}
    for name in [name for name in cells if name in table.header]:
        of = columns["properties"][name]
        doubtful = itertools.filterfalse(_sound(of), set(cells[name]))
        faults = {cell: fault for cell in doubtful if (fault := _cell_fault(cell or "", of))}
        if not faults:
            continue
        for number, cell in zip(numbers, cells[name], strict=True):
            if cell in faults:
                yield Problem(number, f"{name} = {quote_value(cell)}", faults[cell])
        # What is wrong by itself says nothing about whether it agrees with other cells.
        cells[name] = [None if cell in faults else cell for cell in cells[name]]
    for law in (_names_differ, _parts_differ, _parts_last, _editions_agree, _shares_are_used):
        yield from law(numbers, cells)


def _listed(path: str, problems: Iterable[Problem], most: int = 10) -> list[str]:
    """The problems as lines, kind by kind, and of each kind the first ones only."""
    kinds = defaultdict(list)
    for problem in problems:
        kinds[problem.rule].append(f"{path}: row {problem.number}: {problem.there}: {problem.rule}")
    lines = []
    for same in kinds.values():
        lines += same[:most]
        if len(same) > most:
            lines.append(f"{path}: ... and {len(same) - most:,} more like this")
    return lines


def _header_faults(header: list[str], columns: Schema) -> Iterator[str]:
    known = list(columns["properties"])
    separators = {",": "commas", ";": "semicolons", " ": "spaces"}
    between = [word for sign, word in separators.items() if len(header) == 1 and sign in header[0]]
    if between:
        yield f"has {between[0]} between the columns; cells are separated by tabs"
    elif not set(header) & set(known):
        yield f"names no known column; write {' '.join(columns['required'])} with tabs between them"
    if not set(header) & set(known):
        return
    for name in dict.fromkeys(header):
        if not name:
            yield "has a column without a name"
        elif name not in known:
            yield f"column {name} is unknown{did_you_mean(name, known) or '; known: ' + ', '.join(known)}"
        elif header.count(name) > 1:
            yield f"column {name} is there twice"
    for name in columns["required"]:
        if name not in header:
            yield f"column {name} is missing"


def _sound(of: Schema) -> Callable[[str | None], object]:
    """What is true of most sound cells of a long column, and of no other: ids and addresses cost a match each."""
    pattern = PLAIN_ADDRESS if "scenes" in of else of.get("pattern")
    matches = re.compile(pattern or "(?!)", re.ASCII).fullmatch
    return lambda cell: cell and matches(cell)


def _cell_fault(cell: str, of: Schema) -> str:
    """What a cell must be, where it is not what its column's schema says."""
    if not cell:
        return "must not be empty" if of.get("minLength") else ""
    if not cell.isprintable() and re.search(r"[\x00-\x1f\x7f]", cell):
        return "must be free of control characters"
    match of["type"]:
        case "array":
            return _words_fault(split_words(cell), of["items"]["enum"])
        case "object":
            return _shares_fault(split_shares(cell), of["propertyNames"]["enum"])
        case "number" if _number(cell) is None:
            return "must be a number of seconds, such as 12.5"
        case "number":
            return "must not be negative" * (_number(cell) < of["minimum"])
    if "scenes" in of:
        return source_fault(cell, of["scenes"])
    if "enum" in of and cell not in of["enum"]:
        return f"must be one of {', '.join(of['enum'])}"
    if "pattern" in of and not re.fullmatch(of["pattern"], cell):
        return f"must be {of['allowed']}"
    if "path" in of:
        return _input_fault(cell) or f"no such file; {PATHS}" * (not has_path("file", cell))
    return ""


def _input_fault(path: str) -> str:
    """Why Snakemake, which reads every input itself, would stumble over a file or folder that is there."""
    if WILDCARD.search(path):
        return "Snakemake would replace the word in braces; rename it, or give a link to it with another name"
    if not os.access(path, os.R_OK) and has_path("thing", path):
        return "you may not read it; ask its owner for that permission"
    return ""


def _words_fault(words: list[str], known: list[str]) -> str:
    if not set(words) <= set(known):
        return f"must be words among {', '.join(known)}, with commas between them"
    return "must not name anything twice" * (len(set(words)) < len(words))


def _shares_fault(shares: list[tuple[str, str, str]], known: list[str]) -> str:
    names = [name for name, _, _ in shares]
    if not all(equals for _, equals, _ in shares):
        return "must be written as name=share with commas between them, such as general=0.3,space=0.4"
    if not set(names) <= set(known):
        return f"must be shares of {', '.join(known)}"
    if len(set(names)) < len(names):
        return "must not name anything twice"
    numbers = [number for _, _, share in shares if (number := _number(share)) is not None and number >= 0]
    if len(numbers) < len(shares):
        return "each share must be a number from 0 to 1, such as 0.3"
    return "the shares must sum to 1 at most" * (fsum(numbers) > 1 + 1e-9)


def _number(text: str) -> float | None:
    """The number that a cell holds, None for any other text and for what is not finite."""
    try:
        number = float(text)
    except ValueError:
        return None
    return number if isfinite(number) and "_" not in text else None


def source_fault(source: str, scenes: list[str]) -> str:
    """What a source must be, where it can be seen to be absent without going to the network."""
    kind, _, place = source.partition(":")
    match kind_of(source):
        case "demo" if place not in scenes:
            return f"no such scene; known: {', '.join(scenes)}"
        case "youtube" if not re.fullmatch("[A-Za-z0-9_-]{11}", place):
            return "youtube: must be followed by the 11 characters of the video's id"
        case "http" if re.match(AT_YOUTUBE, source):
            return "must be youtube: and the 11 characters of the video's id, instead of an address there"
        case "http" if not re.fullmatch(r"//[^\s/]+\S*", place):
            return f"must be an address such as {kind}://example.org/film.mp4, with %20 for a space"
        case "mot" | "local" if fault := _input_fault(place if kind == "mot" else source):
            return fault
        case "mot" if not has_path("folder", place):
            return f"no such folder; {PATHS}"
        case "mot" if not has_path("folder", f"{place}/img1"):
            return "the folder must hold its frames in img1/"
        case "local" if not has_path("file", source):
            return _no_file(source)
    return ""


def _no_file(source: str) -> str:
    """Why a source that is taken for a path leads to no file."""
    if has_path("folder", f"{source}/img1"):
        return "a folder; for its frames in img1/ write mot: before it"
    if has_path("folder", source):
        return "a folder; each of its videos needs a row"
    if has_path("thing", source):
        return "a pipe, a socket or a device; give a file"
    if has_path("link", source):
        return "a link that leads nowhere"
    if source.startswith("~"):
        return "no such file; write the whole path instead of ~"
    if re.match(r"\w+:", source):
        return "must be a path, or start with http://, https://, youtube:, mot: or demo:"
    return f"no such file; {PATHS}"


def _names_differ(numbers: list[int], cells: dict[str, list[str | None]]) -> Iterator[Problem]:
    first: dict[str, tuple[int, str | None]] = {}
    for number, name in zip(numbers, cells["video"], strict=True):
        row, other = first.setdefault((name or "").lower(), (number, name))
        if row == number or not name:
            continue
        if name == other:
            yield Problem(number, f"video = {quote_value(name)}, as in row {row}", "each row needs another name")
        else:
            there = f"video = {quote_value(name)}, and {quote_value(other)} in row {row}"
            yield Problem(number, there, "names must differ by more than upper and lower case")


def _parts_differ(numbers: list[int], cells: dict[str, list[str | None]]) -> Iterator[Problem]:
    """The same pictures twice could leak from one split into another. Scenes are free to be drawn often."""
    first: dict[tuple[str | None, float, float], int] = {}
    for number, source, start, end in zip(numbers, cells["source"], cells["start"], cells["end"], strict=True):
        row = first.setdefault((source, float(start or 0), float(end or "inf")), number)
        if source and row != number and kind_of(source) != "demo":
            there = f"source = {quote_value(source)}, as in row {row}"
            yield Problem(number, there, "keep one of the two, or give them different start and end")


def _parts_last(numbers: list[int], cells: dict[str, list[str | None]]) -> Iterator[Problem]:
    for number, start, end in zip(numbers, cells["start"], cells["end"], strict=True):
        if end and float(end) <= float(start or 0):
            yield Problem(number, f"start = {quote_value(start)}, end = {quote_value(end)}", "end must be after start")


def _editions_agree(numbers: list[int], cells: dict[str, list[str | None]]) -> Iterator[Problem]:
    """Editions of one film show the same: in two splits, one would be tested on what was trained with."""
    first: dict[str, tuple[int, str]] = {}
    for number, group, split in zip(numbers, cells["group"], cells["split"], strict=True):
        if group and split:
            row, other = first.setdefault(group, (number, split))
            if other != split:
                there = (
                    f"group = {quote_value(group)}, split = {quote_value(split)}, and {quote_value(other)} in row {row}"
                )
                yield Problem(number, there, "editions of one film must have one split")


def _shares_are_used(numbers: list[int], cells: dict[str, list[str | None]]) -> Iterator[Problem]:
    for number, pipelines, categories in zip(numbers, cells["pipelines"], cells["categories"], strict=True):
        wanted = "patches" in split_words(pipelines or "")
        if categories and pipelines and not wanted:
            there = f"pipelines = {quote_value(pipelines)}, categories = {quote_value(categories)}"
            yield Problem(number, there, "categories are for patches alone; add it to pipelines or empty this cell")
        elif categories == "" and wanted:
            there = f"pipelines = {quote_value(pipelines)}, categories = {quote_value(categories)}"
            yield Problem(number, there, "patches needs categories, such as general=0.3,space=0.4")
