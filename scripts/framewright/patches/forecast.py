"""What a run will take, before anyone starts it: patches, gigabytes and hours.

No film is opened or decoded, so these are estimates, from what tests/bench/bench_patches.py measures of two films: one
of 1080 lines with a key frame every 250 and grain, one of 2160 lines with a key frame every second. Films differ by a
factor of two in how well they compress, and by as much in what decoding them takes.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path

from framewright.patches.allotment import shrink_counts
from framewright.patches.formats import SCALE, SPAN, STACKS, Categories, Category
from framewright.video.probe import read_probe

BYTES_PER_PIXEL = 1.4  # of a PNG, sharp or small: 1.4 of the film with grain, 0.6 of the other; 1.3 of two camera clips
# Of one core: for decoding a window (0.6 and 1.4), and for the rest of each megapixel of files (0.3 and 0.6).
NAMED = 10  # short films that a forecast names
SECONDS = {"decode": 1.0, "megapixel": 0.45}


def count_frames(probes: Mapping[str, str]) -> dict[str, int]:
    """The frames in use of those films whose record (path of probe.json, by film) is there; 0 of unusable ones."""
    frames = {}
    for film, path in probes.items():
        if Path(path).is_file():
            probe = read_probe(path)
            share = (probe.use[1] - probe.use[0]) / probe.duration if probe.duration else 1.0
            frames[film] = round(probe.frames * min(1.0, share)) if probe.usable else 0
    return frames


def count_pixels(category: Category) -> float:
    """Pixels of all files of one patch, on average over the category's formats."""
    copies = 1 + sum(len(numbers) for numbers in STACKS.values()) / SCALE**2
    return copies * sum(share * format.pixels for format, share in category.shares)


def estimate_bytes(categories: Mapping[str, Category]) -> dict[str, float]:
    """Bytes of all files of one patch, by category."""
    return {name: BYTES_PER_PIXEL * count_pixels(category) for name, category in categories.items()}


def forecast(
    windows: Mapping[str, Mapping[str, int]],
    categories: Categories,
    cores: int,
    frames: Mapping[str, int],
) -> list[str]:
    """Lines that say what cutting so many windows (by film and category) takes.

    `frames` has the number of frames in use of each film that was probed already: what is too short gives less.
    """
    possible = {
        film: shrink_counts(counts, frames[film] // SPAN) if film in frames else dict(counts)
        for film, counts in windows.items()
    }
    lines, images, size, seconds = [], 0, 0.0, 0.0
    for name, category in categories.items():
        number = sum(counts.get(name, 0) for counts in possible.values())
        wanted = sum(counts.get(name, 0) for counts in windows.values())
        category_size = number * estimate_bytes(categories)[name]
        images, size = images + number, size + category_size
        seconds += number * (SECONDS["decode"] + SECONDS["megapixel"] * count_pixels(category) / 1e6)
        limit = f" of at most {category.target:,}" if category.target is not None else ""
        less = f", {wanted - number:,} fewer than wanted" if wanted > number else ""
        lines.append(
            f"{name:12} {number:>10,} patches{limit}  {3 * number:>10,} images  {category_size / 1e9:>9,.1f} GB{less}"
        )
    films = sum(1 for counts in windows.values() if counts)
    lines.append(f"{'all':12} {images:>10,} patches  {3 * images:>10,} images  {size / 1e9:>9,.1f} GB, {films:,} films")
    lines += _describe_short(windows, possible)
    if unknown := sum(1 for film, counts in windows.items() if counts and film not in frames):
        lines.append(
            f"{unknown:,} of {films:,} films are not probed yet, and taken to be long enough; `snakemake -- sources` "
            "probes them"
        )
    hours = seconds / 3600
    lines.append(f"about {hours:,.1f} hours of one core, {hours / cores:,.1f} on the {cores} that this run was given")
    return lines


def _describe_short(
    windows: Mapping[str, Mapping[str, int]], possible: Mapping[str, Mapping[str, int]]
) -> Iterator[str]:
    """A line for each of the shortest films that can't give all its windows, and one for the others."""
    totals = {film: (sum(possible[film].values()), sum(counts.values())) for film, counts in windows.items()}
    short = sorted((film for film, (room, wanted) in totals.items() if room < wanted), key=lambda film: totals[film])
    for film in short[:NAMED]:
        room, wanted = totals[film]
        if not room:
            yield f"{film} can't be used, or has no seven frames: none of its {wanted:,} windows"
            continue
        shares = ", ".join(f"{count:,} {name}" for name, count in possible[film].items())
        yield f"{film} is too short for {wanted:,} windows and gives {room:,}, all shares alike: {shares}"
    if len(short) > NAMED:
        yield f"... and {len(short) - NAMED:,} more films are too short"
