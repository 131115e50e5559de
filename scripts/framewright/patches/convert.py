"""The origin's generator_config.json as rows of a video table and a section of the configuration."""

import json
import math
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeGuard

from framewright.errors import UserError
from framewright.sources.discover import name_videos

SAME = ("base_frame_limit", "min_file_size", "scene_diff_threshold", "max_retry_attempts", "retry_skip_seconds")
ELSEWHERE = {
    "max_workers": "the number of jobs at a time is Snakemake's: -c{}",
    "output_base_dir": "what is made goes to results/ in the folder where snakemake runs, or in that of --directory",
    "temp_dir": "not needed; jobs write beside their results",
    "status_file": "not needed; files tell what is done",
    "lr_versions": "stacks of 5 and of 7 frames are always made",
}
TOP = ("base_settings", "videos", "category_targets", "format_config", "categories")
OF_A_VIDEO = ("name", "path", "categories")


@dataclass(frozen=True)
class Converted:
    """What the origin's configuration says in our words: `rows` (video, source, categories) of the table, the section
    `patches` of the configuration, and a line for each thing that has no place there or is odd."""

    rows: tuple[tuple[str, str, str], ...]
    patches: dict[str, Any]
    odd: tuple[str, ...]


def convert(text: str, defaults: Mapping[str, Any]) -> Converted:
    """The text of a generator_config.json in our words; `defaults` is our section `patches` with nothing said."""
    source = _read(text)
    odd: list[str] = []
    entries, shares = _videos(source, odd)
    patches = dict(_settings(source.get("base_settings", {}), odd))
    used = {name for weights in shares.values() for name in weights}
    patches |= _categories(source, sorted(used), defaults, odd)
    discovered = name_videos(entries, {}, odd)
    rows = tuple((row.video, row.source, _cell(shares[row.source])) for row in discovered.rows)
    odd = list(discovered.odd)
    odd += [f"{key}: unknown; ignored" for key in source if key not in TOP and not key.startswith("_")]
    return Converted(rows, patches, tuple(odd))


def _read(text: str) -> dict[str, Any]:
    try:
        source = json.loads(text)
    except ValueError as error:
        raise UserError(f"not JSON ({error}); give the origin's generator_config.json") from error
    if not isinstance(source, dict) or not isinstance(source.get("videos"), list):
        raise UserError("has no list `videos`; give the origin's generator_config.json")
    if not isinstance(source.get("base_settings", {}), dict):
        raise UserError("base_settings is not a group of keys; give the origin's generator_config.json")
    return source


def _settings(base: Mapping[str, Any], odd: list[str]) -> Iterator[tuple[str, Any]]:
    """The keys that mean the same here, and a line for each that doesn't."""
    for key, value in base.items():
        if key in SAME:
            yield key, value
        elif key == "val_percent":
            if value:
                odd.append(f"base_settings.val_percent = {value}: whole films are held out, which the origin never did")
                yield "val", value / 100 if _is_number(value) else value
        elif key in ELSEWHERE:
            odd.append(f"base_settings.{key} = {json.dumps(value)}: {ELSEWHERE[key].format(value)}")
        else:
            odd.append(f"base_settings.{key}: unknown; ignored")


def _videos(
    source: Mapping[str, Any], odd: list[str]
) -> tuple[list[tuple[str, str, str]], dict[str, dict[str, float]]]:
    """(source, name, what tells it from all others) of each video that can be used, and its shares by source."""
    entries: list[tuple[str, str, str]] = []
    shares: dict[str, dict[str, float]] = {}
    extra: Counter[str] = Counter()
    for number, video in enumerate(source["videos"]):
        where = f"videos[{number}]"
        if not isinstance(video, dict) or not isinstance(video.get("path"), str) or not video["path"].strip():
            odd.append(f"{where}: has no path; left out")
            continue
        path, name = video["path"].strip(), str(video.get("name") or video["path"]).strip()
        where = f"{where} {name}"
        extra.update(key for key in video if key not in OF_A_VIDEO and not key.startswith("_"))
        if path in shares:
            odd.append(f"{where}: the same path as of a video before; left out")
            continue
        weights = _shares(video.get("categories"), where, odd)
        if weights:
            shares[path] = weights
            entries.append((path, name, path))
    for key, count in extra.items():
        why = "; a run makes all films" if key == "priority" else ""
        odd.append(f"videos: {key} of {count:,} {'video' if count == 1 else 'videos'}: ignored{why}")
    return entries, shares


def _shares(source: Any, where: str, odd: list[str]) -> dict[str, float]:
    """A video's shares that mean something, none greater than 1 together."""
    if not isinstance(source, dict) or not source:
        odd.append(f"{where}: has no categories; left out")
        return {}
    weights = {}
    for name, share in source.items():
        if not _is_number(share) or share < 0:
            odd.append(f"{where}: {name} = {json.dumps(share)} is no share; ignored")
        elif share:
            weights[_word(name)] = float(share)
    total = math.fsum(weights.values())
    if not weights:
        odd.append(f"{where}: no share of any category; left out")
    if total > 1 + 1e-9:
        odd.append(f"{where}: its shares sum to {total:g}; scaled down to 1")
        weights = {name: math.floor(share / total * 1e6) / 1e6 for name, share in weights.items()}
    return weights


def _categories(
    source: Mapping[str, Any], used: list[str], defaults: Mapping[str, Any], odd: list[str]
) -> dict[str, dict[str, Any]]:
    """Our key `categories`, where the origin's file says something of them or uses others than our model."""
    targets = _group(source, "category_targets", odd)
    formats = _group(source, "format_config", odd)
    ours = defaults["categories"]
    names = list(dict.fromkeys([*(name for name in ours if name in used), *used]))
    if not set(used) - set(ours) and not set(targets) & set(used) and not set(formats) & set(used):
        return {}
    made = {}
    for name in names:
        model = ours.get(name, ours["general"])
        made[name] = {"path": model["path"] if name in ours else f"{name.title()}/{name.title()}Model"}
        if name not in ours:
            odd.append(
                f"category {name}: put into {made[name]['path']}; change patches.categories to have it elsewhere"
            )
        made[name]["formats"] = _formats(name, formats, defaults["formats"], odd) or dict(model["formats"])
        if name in targets:
            made[name]["target"] = targets[name]
    return {"categories": made}


def _formats(name: str, source: Mapping[str, Any], ours: Mapping[str, Any], odd: list[str]) -> dict[str, float]:
    """A category's formats by share, as far as we have formats of these names and sizes."""
    shares = {}
    for format, entry in (source.get(name) or {}).items():
        size = sorted(entry.get("gt_size", ())) if isinstance(entry, dict) else []
        counterpart = ours.get(format, {"width": 0, "height": 0})
        share = entry.get("probability") if isinstance(entry, dict) else None
        if size != sorted((counterpart["width"], counterpart["height"])) or not _is_number(share) or share < 0:
            odd.append(f"format_config.{name}.{format}: not a format that is known here; ignored")
        else:
            shares[format] = float(share)
    total = math.fsum(shares.values())
    if total and abs(total - 1) > 1e-6:
        odd.append(f"format_config.{name}: its probabilities sum to {total:g}; scaled to 1")
        shares = {format: round(share / total, 9) for format, share in shares.items()}
    return shares if total else {}


def _group(source: Mapping[str, Any], key: str, odd: list[str]) -> dict[str, Any]:
    """A group of keys that newer files have beside base_settings, or in it."""
    group = source.get(key, {})
    if not isinstance(group, dict):
        odd.append(f"{key}: not a group of keys; ignored")
        return {}
    return {_word(name): value for name, value in group.items()}


def _word(name: str) -> str:
    """A category's name as our configuration wants it."""
    word = "".join(letter if letter.isascii() and letter.isalnum() else "_" for letter in name.lower())
    return word if word[:1].isalpha() else f"c_{word}"


def _cell(shares: Mapping[str, float]) -> str:
    return ",".join(f"{name}={share:g}" for name, share in shares.items())


def _is_number(value: Any) -> TypeGuard[float]:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
