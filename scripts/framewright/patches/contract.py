"""What the patches promise: each pair can be loaded, is what its row says, and nothing is there that should not be."""

import struct
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np

from framewright.patches.bucket import FilmAccount
from framewright.patches.formats import FOLDERS, HELD_OUT, SCALE, SPAN, STACKS, Category, Format
from framewright.patches.manifest import Patch
from framewright.patches.stack import decode_png, make_low, unstack
from framewright.study.contract import Finding, make_finding
from framewright.video.fingerprint import find_duplicates

READ = 200  # patches whose pictures are read and compared; of all others the size is looked at
TILT = 1.0  # by how many windows a category's share of a film may be off, by rounding


def check_dataset(
    dataset: Path,
    patches: list[Patch],
    plans: Sequence[FilmAccount],
    lost: Mapping[tuple[str, str], int],
    shares: Mapping[str, Mapping[str, float]] | None,
    categories: Mapping[str, Category],
) -> list[Finding]:
    """The promises, each found to hold or broken, of the `patches` in the folder `dataset`.

    `lost` counts the windows of the outcomes that became no patch, by video and category. `shares` are those of the
    table by video, None where targets or the disk decide how many windows there are.
    """
    formats = {format.name: format for category in categories.values() for format in category.formats}
    sizes = {kind: _sizes(dataset, patches, kind) for kind in FOLDERS}
    read = patches[:: max(1, len(patches) // READ)] if patches else []
    counts = Counter(patch.category for patch in patches)
    summary = ", ".join(f"{counts[name]:,} {name}" for name in categories)
    total = sum(path.stat().st_size for patch in patches for path in _paths(dataset, patch) if path.is_file())
    return [
        make_finding(
            "each category has all its folders, and LR leads to LR_5frames", _folder_faults(dataset, categories)
        ),
        make_finding(
            "each patch has a row, and each row its files", _file_faults(dataset, patches, categories), summary
        ),
        make_finding(
            "sharp and small pictures have the sizes of their format, a third on both axes",
            _size_faults(patches, sizes, formats),
            f"{3 * len(patches):,} files, {total / 1e9:.3f} GB",
        ),
        make_finding(
            "small pictures are made of the sharp one by the kernel that the row names",
            _kernel_faults(dataset, read),
            f"{len(read)} patches read",
        ),
        make_finding("no frame of a film is in two windows", _overlaps(patches)),
        make_finding("the sharp picture is the middle one of seven neighbours", _order_faults(patches)),
        make_finding("categories get windows by their shares", _weight_faults(plans, shares or {})),
        make_finding("what was planned is there, or was lost for a reason", _count_faults(patches, plans, lost)),
        make_finding("no category has more than its target", _target_faults(counts, categories)),
        make_finding("a film is in one split alone", _split_faults(patches)),
        _leaks(patches),
    ]


def read_png_size(path: Path) -> tuple[int, int] | None:
    """(width, height) from the first bytes of a PNG; None where it is none."""
    try:
        with path.open("rb") as file:
            head = file.read(24)
    except OSError:
        return None
    return struct.unpack(">II", head[16:24]) if head[:8] == b"\x89PNG\r\n\x1a\n" and len(head) == 24 else None


def _paths(dataset: Path, patch: Patch) -> list[Path]:
    return [dataset / name for name in patch.files.values()]


def _sizes(dataset: Path, patches: Iterable[Patch], kind: str) -> dict[str, tuple[int, int] | None]:
    return {patch.gt: read_png_size(dataset / patch.files[kind]) for patch in patches}


def _folder_faults(dataset: Path, categories: Mapping[str, Category]) -> Iterator[str]:
    for category in categories.values():
        for format in category.formats:
            folder = Path(category.root, format.folder)
            yield from (f"{folder / kind} is missing" for kind in FOLDERS if not (dataset / folder / kind).is_dir())
            link = dataset / folder / "LR"
            if not link.is_symlink() or link.readlink() != Path("LR_5frames"):
                yield f"{folder / 'LR'} is no link to LR_5frames"
        if not (dataset / category.root / HELD_OUT["val"] / "GT").is_dir():
            yield f"{category.root}/Val/GT is missing"


def _file_faults(dataset: Path, patches: list[Patch], categories: Mapping[str, Category]) -> Iterator[str]:
    named = [name for patch in patches for name in patch.files.values()]
    yield from (f"{name} is named twice" for name, count in Counter(named).items() if count > 1)
    yield from (f"{name} is missing" for name in named if not (dataset / name).is_file())
    known = set(named)
    for category in categories.values():
        for format in category.formats:
            for kind in FOLDERS:
                folder = Path(category.root, format.folder, kind)
                there = (f"{folder}/{path.name}" for path in (dataset / folder).glob("*.png"))
                yield from (f"{name} has no row" for name in sorted(there) if name not in known)


def _size_faults(patches: list[Patch], sizes: Mapping[str, Mapping], formats: Mapping[str, Format]) -> Iterator[str]:
    for patch in patches:
        format = formats.get(patch.format)
        if format is None:
            yield f"{patch.gt}: there is no format {patch.format}"
            continue
        wanted = {"GT": (format.width, format.height)}
        for kind, numbers in STACKS.items():
            wanted[kind] = format.width // SCALE, format.height // SCALE * len(numbers)
        for kind, size in wanted.items():
            if sizes[kind][patch.gt] != size:
                yield f"{patch.files[kind]} is {sizes[kind][patch.gt]}, not {size}"


def _kernel_faults(dataset: Path, patches: Iterable[Patch]) -> Iterator[str]:
    for patch in patches:
        pictures = {}
        for kind, name in patch.files.items():
            picture = decode_png((dataset / name).read_bytes()) if (dataset / name).is_file() else None
            if picture is not None:
                pictures[kind] = picture
        if len(pictures) < len(FOLDERS):
            yield f"{patch.gt}: can't be read"
            continue
        wanted = make_low(pictures["GT"], patch.kernel, patch.degrading, SPAN // 2)
        for kind, numbers in STACKS.items():
            middle = unstack(pictures[kind], len(numbers))[list(numbers).index(SPAN // 2)]
            if not np.array_equal(middle, wanted):
                off = np.abs(middle.astype(int) - wanted).mean() if middle.shape == wanted.shape else np.inf
                yield f"{patch.files[kind]}: {off:.2f} grey values from {patch.kernel} of its sharp picture"


def _overlaps(patches: Iterable[Patch]) -> Iterator[str]:
    taken: dict[str, dict] = defaultdict(dict)
    for patch in patches:
        for time in patch.times:
            other = taken[patch.video].setdefault(time, patch)
            if other is not patch:
                yield f"{patch.video} at {float(time):.3f} s: {other.gt} and {patch.gt}"
                break


def _order_faults(patches: Iterable[Patch]) -> Iterator[str]:
    for patch in patches:
        if len(patch.times) != SPAN or list(patch.times) != sorted(set(patch.times)):
            yield f"{patch.gt}: its times are {', '.join(map(str, patch.times))}"


def _weight_faults(plans: Iterable[FilmAccount], shares: Mapping[str, Mapping[str, float]]) -> Iterator[str]:
    for plan in plans:
        weights, counts = shares.get(plan.video, {}), plan.counts
        for name, share in weights.items():
            if abs(counts.get(name, 0) - sum(counts.values()) * share / sum(weights.values())) > TILT:
                yield f"{plan.video}: {counts.get(name, 0)} of {sum(counts.values())} windows for {name}={share}"


def _count_faults(
    patches: Iterable[Patch], plans: Iterable[FilmAccount], lost: Mapping[tuple[str, str], int]
) -> Iterator[str]:
    made = Counter((patch.video, patch.category) for patch in patches)
    for plan in plans:
        for name, count in plan.counts.items() if plan.usable else ():
            key = plan.video, name
            if made[key] + lost.get(key, 0) != count:
                yield f"{' '.join(key)}: {made[key]} made, {lost.get(key, 0)} lost, {count} planned"


def _target_faults(counts: Mapping[str, int], categories: Mapping[str, Category]) -> Iterator[str]:
    for name, category in categories.items():
        if category.target is not None and counts[name] > category.target:
            yield f"{name}: {counts[name]:,}, its target is {category.target:,}"


def _leaks(patches: Iterable[Patch]) -> Finding:
    """Whether films of different splits show the same; those of one split that do are said."""
    hashes, splits = defaultdict(list), {}
    for patch in patches:
        hashes[patch.video].append(patch.frame_hash)
        splits[patch.video] = patch.split
    duplicates: dict[bool, list[str]] = {True: [], False: []}
    for (one, other), count in find_duplicates(hashes).items():
        duplicates[splits[one] == splits[other]].append(f"{one} and {other} are alike in {count:,} windows")
    name = "films that are held out show nothing that is trained with"
    return make_finding(name, duplicates[False], "; ".join(duplicates[True]) or "no two films are alike")


def _split_faults(patches: Iterable[Patch]) -> Iterator[str]:
    splits = defaultdict(set)
    for patch in patches:
        splits[patch.video].add(patch.split)
    yield from (f"{video}: {', '.join(sorted(names))}" for video, names in splits.items() if len(names) > 1)
