"""The names of a detector's classes, read from its weights in a moment, without loading the network."""

import ast
import json
import pickletools
import zipfile
from collections.abc import Iterator, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import IO

METADATA = 14  # field of an ONNX model that holds its keys and values


def read_class_names(path: str | Path) -> frozenset[str] | None:
    """The names of the classes in .onnx, .torchscript and .engine files; all words that occur in a .pt file, the names
    among them. None where a file can't be read this way."""
    path = Path(path)
    readers = {".onnx": _onnx, ".torchscript": _torchscript, ".engine": _engine, ".pt": _pickle}
    try:
        return frozenset(readers[path.suffix](path)) or None
    except Exception:  # a foreign file may hold anything; the job that loads it says what is wrong
        return None


def list_unknown(
    key: str, classes: Sequence[str], weights: str | Path, prompts: str | Path | None, vocabulary: str | Path
) -> list[str]:
    """A line for each of these classes that the weights don't have: `key` is where the configuration names them.

    `prompts` is a file with a name for each class, None without; .pt weights may be open, and find what the file
    `vocabulary` has.
    """
    if not classes:
        return []
    known = _lines(prompts) if prompts else read_class_names(weights)
    if known is None:
        return []
    if not prompts and Path(weights).suffix == ".pt":
        known |= _lines(vocabulary)
    lines = []
    for name in classes:
        if name not in known:
            near = get_close_matches(name, known, 1) or sorted(known)[:3]
            lines.append(f"config: {key} = {json.dumps(name)}: no class of {weights}; did you mean {', '.join(near)}?")
    return lines


def _lines(path: str | Path) -> frozenset[str]:
    try:
        return frozenset(line.strip() for line in Path(path).read_text(encoding="utf-8").splitlines())
    except (OSError, UnicodeDecodeError):
        return frozenset()


def _onnx(path: Path) -> list[str]:
    with path.open("rb") as file:
        for field, size in _fields(file, path.stat().st_size):
            if field != METADATA:
                file.seek(size, 1)
                continue
            text = file.read(size)
            length = text[1]
            if text[2 : 2 + length] == b"names":
                value = text[2 + length :]
                return list(ast.literal_eval(value[value.index(b"{") :].decode()).values())
    return []


def _fields(file: IO[bytes], end: int) -> Iterator[tuple[int, int]]:
    """The number and the size of each field of a message; the caller reads the field or jumps over it."""
    while file.tell() < end:
        key = _varint(file)
        if key & 7 == 0:
            _varint(file)
        elif key & 7 == 2:
            yield key >> 3, _varint(file)
        else:
            return


def _varint(file: IO[bytes]) -> int:
    value = shift = 0
    while True:
        (byte,) = file.read(1)
        value |= (byte & 127) << shift
        if byte < 128:
            return value
        shift += 7


def _torchscript(path: Path) -> list[str]:
    with zipfile.ZipFile(path) as archive:
        name = next(name for name in archive.namelist() if name.endswith("extra/config.txt"))
        return _names_of(json.loads(archive.read(name)))


def _engine(path: Path) -> list[str]:
    with path.open("rb") as file:
        size = int.from_bytes(file.read(4), "little")
        return _names_of(json.loads(file.read(size)))


def _names_of(metadata: dict[str, dict[str, str]]) -> list[str]:
    return list(metadata["names"].values())


def _pickle(path: Path) -> list[str]:
    """All texts in the pickle of a .pt file: nothing of it is run."""
    with zipfile.ZipFile(path) as archive:
        name = next(name for name in archive.namelist() if name.endswith("data.pkl"))
        text = archive.read(name)
    return [argument for _, argument, _ in pickletools.genops(text) if isinstance(argument, str)]
