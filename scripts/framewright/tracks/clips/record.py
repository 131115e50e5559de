"""What became of each track, on disk: a gzip file of JSON lines beside the clips, and its rows of the funnel."""

import gzip
import json
from array import array
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from itertools import chain
from pathlib import Path

import numpy as np

from framewright.study.declared import KEPT_OUT
from framewright.study.funnel import Item

EVERY: Mapping[str, str] = {}


@dataclass(frozen=True)
class Clip:
    """What became of a track: its clip, or the reason why there is none."""

    tid: str
    fn: str
    reason: str = ""
    detail: str = ""
    size: tuple[int, int] = (0, 0)  # (width, height)
    frames: int = 0
    start: float = 0.0  # when its first frame appears in the video, seconds
    end: float = 0.0  # when its last frame appears
    rate: str = ""  # frames per second as a fraction, empty where it varies
    sha256: str = ""  # of its file
    settings: str = ""  # the definition of what it was cut by
    windows: array = field(default_factory=lambda: array("d"))  # x1, y1, x2, y2 of each frame, in the upright frame


def write_clips(path: str | Path, clips: Iterable[Clip], settings: str = "") -> None:
    """Write what became of each track, a line each, cut by `settings`; the same clips give the same bytes."""
    with Path(path).open("wb") as file, gzip.GzipFile("", "wb", fileobj=file, mtime=0) as packed:
        for clip in clips:
            windows = np.array(clip.windows).reshape(-1, 4).tolist()
            record = asdict(clip) | {"windows": windows, "settings": settings}
            packed.write((json.dumps(record, ensure_ascii=False) + "\n").encode())


def read_clips(path: str | Path) -> Iterator[Clip]:
    """What became of each track, as it was written."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            fields = json.loads(line)
            windows = array("d", chain.from_iterable(fields["windows"]))
            yield Clip(**fields | {"size": tuple(fields["size"]), "windows": windows})


def list_clip_outcomes(clips: Iterable[tuple[str, Clip]], without: Mapping[str, str] = EVERY) -> Iterator[Item]:
    """An item of the stage `clip` for each track, given with the name of its video; the table of videos keeps those
    `without` out, each for a reason in one word."""
    for video, clip in clips:
        why_not = without.get(video, "")
        yield Item("clip", video, clip.tid, clip.reason or why_not, clip.detail or (why_not and KEPT_OUT))
