"""What became of each track, on disk: a gzip file of JSON lines beside the clips, and its rows of the funnel."""

import gzip
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from framewright.funnel import Item
from framewright.tracks.clips import Clip, Settings


def settings_of(section: Mapping[str, Any]) -> Settings:
    """How `tracks.clips` of the configuration wants clips to be made."""
    return Settings(**section | {"aspects": (section["aspects"][0], section["aspects"][1])})


def write_clips(path: str | Path, clips: Iterable[Clip]) -> None:
    """Write what became of each track, a line each; the same clips give the same bytes."""
    with Path(path).open("wb") as file, gzip.GzipFile("", "wb", fileobj=file, mtime=0) as packed:
        for clip in clips:
            packed.write((json.dumps(asdict(clip), ensure_ascii=False) + "\n").encode())


def read_clips(path: str | Path) -> Iterator[Clip]:
    """What became of each track, as it was written."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            own = json.loads(line)
            windows = tuple(map(tuple, own["windows"]))
            yield Clip(**own | {"size": tuple(own["size"]), "windows": windows})


def outcomes(clips: Iterable[tuple[str, Clip]]) -> Iterator[Item]:
    """An item of the stage `clip` for each track, given with the name of its video."""
    for video, clip in clips:
        yield Item("clip", video, clip.tid, clip.reason, clip.detail)
