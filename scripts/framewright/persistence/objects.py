"""The spheres of a clip one by one: which persist, and where each is in each frame."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from framewright.persistence.store import Clips

SCHEMA = pa.schema(
    [
        pa.field("clip", pa.int64(), metadata={"about": "The clip's number."}),
        pa.field("split", pa.string()),
        pa.field("object", pa.int64(), metadata={"about": "0 is the real sphere, then companions, then transients."}),
        pa.field("role", pa.string(), metadata={"about": "sphere, companion or transient"}),
        pa.field("persistent", pa.bool_()),
        pa.field("frames", pa.list_(pa.int64()), metadata={"about": "The frames in which a pixel of it is visible."}),
        pa.field("boxes", pa.list_(pa.list_(pa.float64(), 4)), metadata={"about": "x1, y1, x2, y2 in pixels."}),
        pa.field("visible_area", pa.list_(pa.int64()), metadata={"about": "Pixels of it that are visible."}),
    ]
)


@dataclass(frozen=True)
class TrackedObject:
    """One sphere of a clip: the frames in which it is visible, and its box in each of them."""

    role: str  # sphere, companion or transient
    frames: list[int]
    boxes: list[list[float]]  # x1, y1, x2, y2 in pixels, cut to the picture
    visible_area: list[int]  # pixels

    @property
    def persistent(self) -> bool:
        """Whether it stays for the whole clip."""
        return self.role != "transient"


def list_objects(metadata: Mapping[str, Any]) -> list[TrackedObject]:
    """The spheres of a clip in the order in which they are painted."""
    size = metadata["resolution"][0]
    found = [_trace("sphere", 0, metadata["pixels"], metadata["visible_area"], size)]
    for companion in metadata.get("companions", []):
        found.append(_trace("companion", 0, companion["pixels"], companion["visible_area"], size))
    for detail in metadata.get("transient_details", []):
        discs = [np.mean(parts, axis=0).tolist() for parts in detail["pixels"]]
        found.append(_trace("transient", detail["start_frame"], discs, detail["visible_area"], size))
    return found


def write_objects(path: str | Path, clips: Clips) -> int:
    """Write a row for each sphere of each clip as parquet; how many there are."""
    rows = list(_list_rows(clips))
    pq.write_table(pa.Table.from_pylist(rows, SCHEMA), path, compression="zstd")
    return len(rows)


def _list_rows(clips: Clips) -> Iterator[dict[str, Any]]:
    for position, number in enumerate(clips.numbers):
        metadata = clips.metadata(position)
        for place, one in enumerate(list_objects(metadata)):
            yield {
                "clip": number,
                "split": metadata["split"],
                "object": place,
                "role": one.role,
                "persistent": one.persistent,
                "frames": one.frames,
                "boxes": one.boxes,
                "visible_area": one.visible_area,
            }


def _trace(role: str, first: int, discs: list[list[float]], areas: list[int], size: int) -> TrackedObject:
    ages = [age for age, area in enumerate(areas) if area > 0]
    boxes = []
    for age in ages:
        x, y, radius = discs[age]
        corners = (x - radius, y - radius, x + radius + 1, y + radius + 1)
        boxes.append([float(min(max(corner, 0), size)) for corner in corners])
    return TrackedObject(role, [first + age for age in ages], boxes, [int(areas[age]) for age in ages])
