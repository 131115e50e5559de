"""The rows of the clips, which all that serves clips reads."""

from collections.abc import Iterator, Mapping
from typing import Any

from framewright.persistence.store import Clips
from framewright.study.rows import KEPT


def list_rows(arms: Mapping[str, tuple[str, Clips]]) -> Iterator[dict[str, Any]]:
    """A row for each clip of each arm; arms by name, with their place among the results."""
    for name, (place, clips) in arms.items():
        for position, index in enumerate(clips.numbers):
            metadata = clips.metadata(position)
            yield {
                "video": "",
                "item": f"{name}/{index:05d}",
                "state": KEPT,
                "path": f"{place}{clips.file(position)}",
                "variant": name,
                "index": index,
                "source": metadata["source"],
                "split": metadata["split"],
                "class": metadata["class"],
                "frames": metadata["num_frames"],
                "transients": metadata["num_transients"],
                "transient_frames": len(metadata["transient_frames"]),
                "persistent": metadata["persistent"],
            }
