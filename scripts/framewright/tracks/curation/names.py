"""The documented names of subsets: `<dataset>-CB1000-392K-T0` and the like. Counts below 1,000 stand without K."""

import math

from framewright.tracks.curation.options import Constraints, Subset

SUFFIX = ".jsonl.gzip"


def file_name(dataset: str, subset: Subset, count: int) -> str:
    """The file of a subset of so many tracks."""
    return f"{dataset}-{compose_stem(subset).format(count=short_count(count))}{SUFFIX}"


def full_name(dataset: str, count: int) -> str:
    """The file of the index, all tracks: `<dataset>-Full-4M`."""
    return f"{dataset}-Full-{short_count(count)}{SUFFIX}"


def compose_stem(subset: Subset) -> str:
    """What follows the dataset's name, with `{count}` in the place of the count."""
    end = _suffix(subset.constraints)
    match subset.strategy:
        case "random":
            return f"{{count}}-RND{end}"
        case "class_balanced":
            return f"CB{subset.max_per_class}-{{count}}-T{_temperature(subset.temperature)}{end}"
        case "max_motion":
            return f"MaxQ90Motion-CB{subset.max_per_class}-{{count}}{end}"
        case "min_redundancy":
            return f"MinRed-CB{subset.max_per_class}-{{count}}{end}"
        case "diverse":
            return f"Diverse-CB{subset.max_per_class}-{{count}}{end}"
    return f"{subset.name}-{{count}}"


def short_count(count: int) -> str:
    """392K for 392,417 and 4M for 4,100,000: thousands and millions that are full."""
    if count >= 1_000_000:
        return f"{count // 1_000_000}M"
    return f"{count // 1000}K" if count >= 1000 else str(count)


def _temperature(value: float) -> str:
    return "inf" if math.isinf(value) else f"{value:g}"


def _suffix(asked: Constraints) -> str:
    """The constraints in the documented order, glued without a dash."""
    buffer = "inf" if math.isinf(asked.overlap_seconds) else f"{asked.overlap_seconds:.2f}"
    return "".join(
        [
            f"MinNNDist{asked.min_distance:.1f}" if asked.min_distance > 0 else "",
            f"MaxIoU{asked.max_overlap:.2f}Buf{buffer}" if asked.max_overlap < 1 else "",
            f"MinQ90Motion{asked.min_motion:.1f}" if asked.min_motion > 0 else "",
            f"MinQuality{asked.min_quality:.2f}" if asked.min_quality > 0 else "",
        ]
    )
