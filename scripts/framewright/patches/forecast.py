"""What a run will take, before anyone starts it: patches, gigabytes and hours.

Nothing is opened or decoded, so these are estimates, from what tests/bench/bench_patches.py measures of two films: one
of 1080 lines with a key frame every 250 and grain, one of 2160 lines with a key frame every second. Films differ by a
factor of two in how well they compress, and by as much in what decoding them takes.
"""

from collections.abc import Iterable, Mapping

from framewright.patches.formats import SCALE, STACKS, Category

BYTES_PER_PIXEL = 1.4  # of a PNG, sharp or small: 1.4 of the film with grain, 0.6 of the other; 1.3 of two camera clips
# Of one core: for decoding a window (0.6 and 1.4), and for the rest of each megapixel of files (0.3 and 0.6).
SECONDS = {"decode": 1.0, "megapixel": 0.45}


def count_pixels(category: Category) -> float:
    """Pixels of all files of one patch, on average over the category's formats."""
    copies = 1 + sum(len(numbers) for numbers in STACKS.values()) / SCALE**2
    return copies * sum(share * format.pixels for format, share in category.shares)


def estimate_bytes(categories: Mapping[str, Category]) -> dict[str, float]:
    """Bytes of all files of one patch, by category."""
    return {name: BYTES_PER_PIXEL * count_pixels(category) for name, category in categories.items()}


def forecast(counts: Iterable[Mapping[str, int]], categories: Mapping[str, Category], cores: int) -> list[str]:
    """Lines that say what cutting so many windows (by category, of each film) takes."""
    counts = list(counts)
    lines, images, size, seconds = [], 0, 0.0, 0.0
    for name, category in categories.items():
        number = sum(own.get(name, 0) for own in counts)
        own_size = number * estimate_bytes(categories)[name]
        images, size = images + number, size + own_size
        seconds += number * (SECONDS["decode"] + SECONDS["megapixel"] * count_pixels(category) / 1e6)
        of = f" of at most {category.target:,}" if category.target is not None else ""
        lines.append(f"{name:12} {number:>10,} patches{of}  {3 * number:>10,} images  {own_size / 1e9:>9,.1f} GB")
    films = sum(1 for own in counts if own)
    lines.append(f"{'all':12} {images:>10,} patches  {3 * images:>10,} images  {size / 1e9:>9,.1f} GB, {films:,} films")
    hours = seconds / 3600
    lines.append(f"about {hours:,.1f} hours of one core, {hours / cores:,.1f} on the {cores} that this run was given")
    return lines
