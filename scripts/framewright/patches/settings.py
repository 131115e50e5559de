"""What the section `patches` of the configuration says, and the settings of each rule: the one reader of its keys.

The Snakefile reads this: it needs nothing but Python itself.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import combinations
from typing import Any

from framewright.patches.allotment import Counts, Limits, allot, name_parts
from framewright.patches.forecast import estimate_bytes
from framewright.patches.formats import HELD_OUT, Category, Format, dump_categories
from framewright.patches.splits import choose_split
from framewright.study.definition import compute_definition
from framewright.study.table import Video

Section = Mapping[str, Any]  # the section, filled with its defaults
Settings = dict[str, Any]  # of a rule: plain values, only those that its script uses


def find_faults(section: Section) -> list[str]:
    """A line for each contradiction between keys of the section, which the schema can't express."""
    return [f"config: patches.{line}" for line in (*_category_faults(section), *_format_faults(section))]


def read_categories(section: Section) -> dict[str, Category]:
    """The categories by name."""
    formats = {
        name: Format(name, size["width"], size["height"], size["folder"], size["suffix"])
        for name, size in section["formats"].items()
    }
    return {
        name: Category(
            name,
            category["path"],
            tuple((formats[format], share) for format, share in category["formats"].items()),
            category["target"],
        )
        for name, category in section["categories"].items()
    }


def read_limits(section: Section) -> Limits:
    """What bounds the number of windows."""
    categories = read_categories(section)
    return Limits(
        windows=section["base_frame_limit"],
        targets={name: category.target for name, category in categories.items()},
        max_bytes=None if section["disk_gigabytes"] is None else section["disk_gigabytes"] * 1e9,
        bytes_of=estimate_bytes(categories),
    )


def count_windows(section: Section, shares: Mapping[str, Mapping[str, float]]) -> dict[str, Counts]:
    """Windows by film and category, from each film's shares of the categories."""
    return allot(shares, read_limits(section))


def list_parts(section: Section, windows: Mapping[str, Counts]) -> list[tuple[str, str]]:
    """All parts (film, part) that the films are cut in."""
    return [
        (film, part) for film, counts in windows.items() for part in name_parts(counts, section["windows_per_part"])
    ]


def choose_splits(section: Section, rows: Mapping[str, Video]) -> dict[str, str]:
    """The split of each film, by the rows of the table. Editions of one film follow the one whose split it names."""
    named = {row.group: row.split for row in rows.values() if row.group and row.split}
    return {
        film: choose_split(film, row.split or (named.get(row.group) if row.group else None), row.group, section["val"])
        for film, row in rows.items()
    }


def shows_all(section: Section) -> bool:
    """Whether the report's sheets may show every film, and not only those that the workflow drew itself."""
    return section["show"] == "all"


def compose_wanted(section: Section, windows: Mapping[str, Counts]) -> Settings:
    """Settings of patches_wanted and patches_forecast."""
    return {"windows": dict(windows), "categories": dump_categories(read_categories(section))}


def compose_plan(section: Section, counts: Counts, split: str, seed: int) -> Settings:
    """Settings of patches_plan for a film."""
    how = {
        "categories": _dump_uncapped(section),
        "windows_per_part": section["windows_per_part"],
        "seed": seed,
        "rendering": {"frame": section["frame"], "interlaced": section["interlaced"], **section["colour"]},
        "limits": dict(section["quality"]),
    }
    return {"counts": counts, "split": split, "definition": compute_definition(how), **how}


def compose_cut(section: Section, seed: int, gallery: bool) -> Settings:
    """Settings of patches_cut for a film; `gallery` says whether some rejected windows are kept for the report."""
    how = {
        "seed": seed,
        "categories": _dump_uncapped(section),
        "kernel": section["kernel"],
        "limits": {"scene_diff": section["scene_diff_threshold"], **section["checks"]},
        "min_file_size": section["min_file_size"],
        "attempts": section["max_retry_attempts"],
        "skip": section["retry_skip_seconds"],
        "by_content": section["format_choice"] == "content",
        **section["degrade"],
    }
    return {"gallery": gallery, "definition": compute_definition(how), **how}


def define_patches(section: Section, seed: int) -> str:
    """A digest of all settings that decide what patches are like, whichever the film."""
    return compute_definition(compose_plan(section, {}, "", seed), compose_cut(section, seed, gallery=False))


def compose_gallery(section: Section, shown: Sequence[str], seed: int) -> Settings:
    """Settings of patches_gallery; `shown` are the films whose patches may be seen."""
    return {"shown": list(shown), "max_items": section["gallery"]["max_items"], "seed": seed}


def compose_contract(section: Section, shares: Mapping[str, Mapping[str, float]]) -> Settings:
    """Settings of patches_contract. Shares are None where other films bound a film's windows, too."""
    return {
        "shares": None if read_limits(section).couple_films else dict(shares),
        "categories": dump_categories(read_categories(section)),
    }


def compose_val(section: Section, by_hand: bool) -> Settings:
    """Settings of patches_val; `by_hand` says whether validation pictures are picked by hand."""
    return {"categories": _dump_uncapped(section) if by_hand else [], "kernel": section["kernel"]}


def _dump_uncapped(section: Section) -> list[dict[str, Any]]:
    """Categories without their targets: a changed target alone remakes no patch."""
    return dump_categories({name: replace(each, target=None) for name, each in read_categories(section).items()})


def _category_faults(section: Section) -> Iterator[str]:
    formats = section["formats"]
    for name, category in section["categories"].items():
        for key in category["formats"]:
            if key not in formats:
                yield f"categories.{name}.formats.{key}: no such format; known: {', '.join(formats)}"
        total = sum(category["formats"].values())
        if abs(total - 1) > 1e-6:
            yield f"categories.{name}.formats: the shares sum to {total:g}; they must sum to 1"
    for (first, one), (second, other) in combinations(section["categories"].items(), 2):
        if f"{one['path']}/".startswith(f"{other['path']}/") or f"{other['path']}/".startswith(f"{one['path']}/"):
            yield f"categories.{second}.path = {other['path']}: lies within that of {first}, or around it"


def _format_faults(section: Section) -> Iterator[str]:
    for (first, one), (second, other) in combinations(section["formats"].items(), 2):
        if one["folder"].lower() == other["folder"].lower():
            yield f"formats.{second}.folder = {other['folder']}: that of {first}; loaders need one size in a folder"
    for name, size in section["formats"].items():
        if size["folder"] in HELD_OUT.values():
            yield f"formats.{name}.folder = {size['folder']}: is for frames that are held out"
