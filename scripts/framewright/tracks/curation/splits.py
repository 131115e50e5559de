"""Splits by video, with near duplicates and editions of one film on the same side."""

from collections.abc import Iterable, Mapping

import numpy as np

from framewright.study.declared import Declared
from framewright.tracks.curation.order import draw_uniforms, id_numbers


def groups_of(videos: Iterable[str], together: Iterable[tuple[str, str]]) -> dict[str, str]:
    """The first video, by name, of those that each is together with, directly or through others."""
    leader = {video: video for video in videos}

    def find(video: str) -> str:
        while leader[video] != video:
            leader[video] = leader[leader[video]]
            video = leader[video]
        return video

    for one, other in together:
        first, second = sorted((find(one), find(other)))
        leader[second] = first
    return {video: find(video) for video in leader}


def assign(
    videos: Iterable[str],
    together: Iterable[tuple[str, str]],
    shares: Mapping[str, float],
    seed: int,
    fixed: Mapping[str, str],
) -> tuple[dict[str, str], list[str]]:
    """The split of each video, and a line for each group that `fixed` splits tear apart.

    A group goes where one of its videos is fixed, else where chance puts its first video: other videos change nothing.
    Where `fixed` contradicts itself, each video stays as fixed, and the line says so.
    """
    groups = groups_of(sorted(videos), together)
    wanted: dict[str, set[str]] = {}
    for video, group in groups.items():
        if fixed.get(video):
            wanted.setdefault(group, set()).add(fixed[video])
    names = list(shares)
    bounds = np.cumsum([shares[name] for name in names]) / sum(shares.values()) if shares else np.zeros(0)
    splits, faults = {}, []
    drawn = draw_uniforms(id_numbers(list(groups.values())), seed, "split")
    for (video, group), at in zip(groups.items(), drawn, strict=True):
        kept = sorted(wanted.get(group, ()))
        by_chance = names[int(np.searchsorted(bounds, at, side="right"))] if names else ""
        splits[video] = fixed.get(video) or (kept[0] if kept else by_chance)
    for group, kept_splits in sorted(wanted.items()):
        if len(kept_splits) > 1:
            torn = [video for video in groups if groups[video] == group]
            faults.append(f"{', '.join(torn)}: near duplicates in {' and '.join(sorted(kept_splits))}")
    return splits, faults


def split_study(
    declared: Mapping[str, Declared], pairs: Iterable[tuple[str, str]], shares: Mapping[str, float], seed: int
) -> tuple[dict[str, str], list[str]]:
    """The split of each declared video of the tracks, where `pairs` are videos with near duplicates; see `assign`.

    What the table declares is kept, and so are groups of editions.
    """
    videos = [row for row in declared.values() if "tracks" in row.pipelines]
    editions: dict[str, str] = {}
    together = [(editions.setdefault(row.group, row.video), row.video) for row in videos if row.group]
    known = {row.video for row in videos}
    together += [pair for pair in pairs if set(pair) <= known]
    return assign(known, together, shares, seed, {row.video: row.split for row in videos})
