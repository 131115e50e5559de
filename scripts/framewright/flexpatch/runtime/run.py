"""FlexPatch over a video: where everything is in each frame, and a film that shows how that was found."""

import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

from framewright.detector import Detector
from framewright.flexpatch.evaluation.baselines import Meter
from framewright.flexpatch.runtime.overlay import drawn, place_of_cluster
from framewright.flexpatch.runtime.runtime import FlexPatch, Thing
from framewright.flexpatch.samples.frames import frames_of
from framewright.video.encode import Writer
from framewright.video.stream import open_video

NONE = np.full((64, 64, 3), 128, np.uint8)
SIDE = 32  # cluster sides are multiples of it as the network sees them, so that nothing is spent on grey


@dataclass(frozen=True)
class How:
    """How the runtime is set: cluster sides as shares of the frame's, and what `FlexPatch` calls by the same names.

    `patch` is the side of a patch for new objects as a share of the cluster's height.
    """

    width: float
    height: float
    every: int
    max_age: int = 10
    tf_ratio: float = 0.75
    use_ratio_packing: bool = False
    padding_ratio: float = 1.0
    patch: float = 1.0
    cell: int = 8


def runtime_of(detector: Any, size: tuple[int, int], how: How, model: str | Path | None, trust: bool = False):
    """A FlexPatch for frames of `size` (width, height) set as `how` says."""
    cluster = cluster_size(detector, size, how)
    side = max(1, round(how.patch * min(cluster) / how.cell))
    return FlexPatch(
        detector,
        size,
        cluster,
        (how.cell, how.cell),
        how.max_age,
        how.tf_ratio,
        how.use_ratio_packing,
        model,
        every=how.every,
        padding_ratio=how.padding_ratio,
        patch_cells=(side, side),
        trust_model=trust,
    )


def cluster_size(detector: Any, size: tuple[int, int], how: How) -> tuple[int, int]:
    """The cluster's (width, height) in pixels of the frame: that share of it, cut down to what the network sees without
    a margin."""
    scale = size[0] / detector.shape_of(size[::-1])[1]  # pixels of the frame for each that the network sees
    wanted = round(size[0] * how.width), round(size[1] * how.height)
    return tuple(max(1, int(max(round(side / scale / SIDE), 1) * SIDE * scale)) for side in wanted)


def run(
    video: str | Path,
    probe: Mapping[str, Any],
    most: int | None,
    detector: Detector,
    how: How,
    model: str | Path | None,
    overlay: Path,
    clear: bool,
    log: logging.Logger,
) -> tuple[list[tuple[int, Thing]], dict[str, Any]]:
    """The things in each of a video's frames, the first frame being 1, and a record of the work; `overlay` is written.

    A video that can't be used has nothing in it, and its film is one grey frame. Without `clear` the film shows frames
    so coarsely that nobody is recognised.
    """
    found: list[tuple[int, Thing]] = []
    if probe["status"] != "ok":
        with Writer(overlay, NONE.shape[1::-1], 1) as writer:
            writer.add(NONE)
        return found, {"frames": 0, "reason": "unusable", "detail": probe["reason"]}
    with open_video(video) as film:
        meter = Meter(detector.at_scale_of(film.size[::-1]))
        runtime = runtime_of(meter, film.size, how, model)
        rate = Fraction(film.timeline.rate()[0] or 25).limit_denominator(1001)
        whole, seen, packed = 0, 0, 0
        with Writer(
            overlay, place_of_cluster(film.size, runtime.cluster_size)[1], rate, crf=23, preset="veryfast"
        ) as writer:
            for number, frame in enumerate(frames_of(film, probe["use"], most), start=1):
                things = runtime.process_frame(frame.rgb)
                found += ((number, thing) for thing in things)
                writer.add(drawn(frame.rgb, things, runtime, clear))
                whole = whole or meter.pixels
                seen, packed = number, packed + len(runtime.placed)
                if number % 250 == 0:
                    log.info("%d frames", number)
    clusters = (seen - 1) // how.every if seen else 0
    record = {"frames": seen, "boxes": len(found), "tracks": len({thing.number for _, thing in found})}
    record |= {"size": list(film.size), "cluster": list(runtime.cluster_size), "clusters": clusters, "patches": packed}
    share = (meter.pixels - whole) / (whole * max(seen - 1, 1)) if whole else None
    return found, record | {"pixels": meter.pixels, "share_of_full": share and round(share, 4)}


def write_mot(path: str | Path, found: Iterable[tuple[int, Thing]]) -> None:
    """Write things in the format of MOT Challenge: frame and number from 1, left, top, width, height, score, class from
    1, and -1 for how much is visible."""
    with Path(path).open("w", encoding="utf-8", newline="\n") as file:
        for frame, thing in found:
            x1, y1, x2, y2 = thing.box
            place = ",".join(f"{value:.2f}" for value in (x1, y1, x2 - x1, y2 - y1))
            file.write(f"{frame},{thing.number + 1},{place},{thing.score:.4f},{thing.label + 1},-1\n")
