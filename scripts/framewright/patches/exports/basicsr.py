"""Patches in BasicSR's layouts: pairs of single pictures, and scenes of seven small frames.

`<category>/<split>/pairs/{GT,LQ}/<name>.png` with `meta_info.txt`, a line `<name>.png (h,w,c)` for each: what its
PairedImageDataset takes. `<category>/<split>/scenes/LQ/<scene>/00000000.png` to `00000006.png`, and the sharp one of
the middle one as `scenes/GT/<scene>/00000003.png`, with `meta_info.txt`, a line `<scene> 7 (h,w,c)` for each.
Sharp pictures are hard links. The LQ of a pair is the frame 00000003 of its scene, hard-linked.
"""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from framewright.exports.link import link_file
from framewright.patches.contract import read_png_size
from framewright.patches.formats import SCALE, SPAN
from framewright.patches.stack import encode_png, read_png, unstack
from framewright.study.rows import read_rows

MIDDLE = SPAN // 2
META = "meta_info.txt"


class Pair(NamedTuple):
    """A patch to export: its place, its name, its size in pixels, and its files relative to the folder `dataset`."""

    place: str  # <category>/<split>
    name: str
    width: int
    height: int
    gt: str
    lr_7frames: str


def list_pairs(rows: Iterable[str | Path]) -> list[Pair]:
    """The patches that are served, by place and then by name."""
    columns = ["category", "split", "width", "height", "gt", "lr_7frames"]
    found = [
        Pair(f"{row['category']}/{row['split']}", Path(row["gt"]).stem, *(row[name] for name in columns[2:]))
        for row in read_rows(rows, columns).to_pylist()
    ]
    return sorted(found)


def write_basicsr(folder: Path, dataset: Path, pairs: Sequence[Pair]) -> None:
    """Make `folder` with all pairs and scenes; `dataset` holds the patches as they are documented."""
    folder.mkdir(parents=True)
    for pair in pairs:
        singles, scenes = folder / pair.place / "pairs", folder / pair.place / "scenes"
        link_file(dataset / pair.gt, singles / f"GT/{pair.name}.png")
        link_file(dataset / pair.gt, scenes / f"GT/{pair.name}/{MIDDLE:08d}.png")
        low = scenes / f"LQ/{pair.name}"
        low.mkdir(parents=True)
        for number, frame in enumerate(unstack(read_png(dataset / pair.lr_7frames), SPAN)):
            (low / f"{number:08d}.png").write_bytes(encode_png(frame))
        link_file(low / f"{MIDDLE:08d}.png", singles / f"LQ/{pair.name}.png")
    for name, text in _compose_meta(pairs).items():
        (folder / name).write_text(text, encoding="utf-8")


def find_faults(folder: Path, dataset: Path, pairs: Sequence[Pair]) -> Iterator[str]:
    """Where an export is not what these pairs give: files, sizes, bytes and lines."""
    for name, text in _compose_meta(pairs).items():
        path = folder / name
        if not path.is_file() or path.read_text(encoding="utf-8") != text:
            yield f"{name} does not list its pictures in order"
    wanted = {name for pair in pairs for name in _list_files(pair)}
    there = {path.relative_to(folder).as_posix() for path in folder.rglob("*.png")}
    yield from (f"{name} is of no patch, or is missing" for name in sorted(there ^ wanted))
    for pair in pairs:
        names = _list_files(pair)
        if not {*names} <= there:
            continue
        first, second, single, *frames = (folder / name for name in names)
        sharp, low = (first, second), (single, *frames)
        gt, stack = (dataset / pair.gt).read_bytes(), unstack(read_png(dataset / pair.lr_7frames), SPAN)
        if any(path.read_bytes() != gt for path in sharp):
            yield f"{pair.place} {pair.name}: its sharp picture has other bytes than the patch"
        if {read_png_size(path) for path in low} != {(pair.width // SCALE, pair.height // SCALE)}:
            yield f"{pair.place} {pair.name}: its pictures are not {SCALE} to 1"
        elif any(not np.array_equal(read_png(path), frame) for path, frame in zip(frames, stack, strict=True)):
            yield f"{pair.place} {pair.name}: its small frames are not those of the patch"
        elif not np.array_equal(read_png(single), stack[MIDDLE]):
            yield f"{pair.place} {pair.name}: its LQ is not the middle one of its small frames"


def _list_files(pair: Pair) -> list[str]:
    frames = [f"{pair.place}/scenes/LQ/{pair.name}/{number:08d}.png" for number in range(SPAN)]
    singles = [f"{pair.place}/pairs/{kind}/{pair.name}.png" for kind in ("GT", "LQ")]
    return [singles[0], f"{pair.place}/scenes/GT/{pair.name}/{MIDDLE:08d}.png", singles[1], *frames]  # sharp ones first


def _compose_meta(pairs: Iterable[Pair]) -> dict[str, str]:
    texts: dict[str, str] = {}
    for pair in pairs:
        size = f"({pair.height},{pair.width},3)"
        for kind, line in (("pairs", f"{pair.name}.png {size}\n"), ("scenes", f"{pair.name} {SPAN} {size}\n")):
            name = f"{pair.place}/{kind}/{META}"
            texts[name] = texts.get(name, "") + line
    return texts
