"""FlexPatch over a video: the objects in each frame, and a film that shows how they were found."""

from collections.abc import Iterable
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

from framewright.detector import Detector
from framewright.flexpatch.runtime.meter import Meter
from framewright.flexpatch.runtime.options import RuntimeSettings
from framewright.flexpatch.runtime.overlay import draw_frame, layout_film
from framewright.flexpatch.runtime.runtime import FlexPatch, TrackedObject
from framewright.flexpatch.runtime.schedule import Step
from framewright.flexpatch.samples.fixed_input import advise_on_input
from framewright.flexpatch.samples.frames import read_frames
from framewright.study.progress import Progress, report_nothing
from framewright.video.encode import Writer
from framewright.video.probe import Probe
from framewright.video.stream import open_video

NONE = np.full((64, 64, 3), 128, np.uint8)
SIDE = 32  # cluster sides are multiples of it as the network sees them, so that nothing is spent on grey


def build_runtime(
    detector: Any, size: tuple[int, int], settings: RuntimeSettings, model: str | Path | None, trust: bool = False
) -> FlexPatch:
    """A FlexPatch for frames of `size` (width, height), set as `settings` say, with the model in this file."""
    cluster = choose_cluster_size(detector, size, settings)
    side = max(1, round(settings.patch * min(cluster) / settings.cell))
    return FlexPatch(
        detector,
        size,
        cluster,
        tf_model_path=model,
        patch_cells=(side, side),
        trust_model=trust,
        **settings.arguments(),
    )


def choose_cluster_size(detector: Any, size: tuple[int, int], settings: RuntimeSettings) -> tuple[int, int]:
    """The cluster's (width, height) in pixels of the frame, so that the network needs no margin."""
    scale = size[0] / detector.shape_of(size[::-1])[1]  # pixels of the frame for each that the network sees
    wanted = round(size[0] * settings.width), round(size[1] * settings.height)
    width, height = (max(1, int(max(round(side / scale / SIDE), 1) * SIDE * scale)) for side in wanted)
    return width, height


def scale_detector(detector: Detector, size: tuple[int, int], zoom: float) -> Detector:
    """The detector as it sees clusters of a frame of `size` (width, height): at the frame's scale, times `zoom`."""
    return detector.at_scale_of((round(size[1] / zoom), round(size[0] / zoom)))


def run_video(
    video: str | Path,
    probe: Probe,
    limit: int | None,
    detector: Detector,
    settings: RuntimeSettings,
    model: str | Path | None,
    overlay: Path,
    is_clear: bool,
    progress: Progress = report_nothing,
) -> tuple[list[tuple[int, TrackedObject]], dict[str, Any]]:
    """The objects in each of a video's frames, the first frame being 1, and a record of the work; `overlay` is written.

    A video that can't be used has no objects, and its film is one grey frame. Unless `is_clear`, the film shows frames
    so coarsely that nobody is recognised.
    """
    found: list[tuple[int, TrackedObject]] = []
    if not probe.usable:
        with Writer(overlay, NONE.shape[1::-1], 1) as writer:
            writer.add(NONE)
        return found, {"frames": 0, "reason": "unusable", "detail": probe.reason}
    with open_video(video) as film:
        meter = Meter(scale_detector(detector, film.size, settings.zoom))
        runtime = build_runtime(meter, film.size, settings, model)
        rate = Fraction(film.timeline.rate()[0] or 25).limit_denominator(1001)
        whole, seen, packed = 0, 0, 0
        steps = dict.fromkeys(Step, 0)
        with Writer(
            overlay, layout_film(film.size, runtime.cluster_size)[1], rate, crf=23, preset="veryfast"
        ) as writer:
            count = min(limit or probe.frames, probe.frames)
            frames = progress(read_frames(film, probe.use, limit), count, "frames")
            for number, frame in enumerate(frames, start=1):
                things = runtime.process_frame(frame.rgb)
                found += ((number, thing) for thing in things)
                writer.add(draw_frame(frame.rgb, things, runtime, is_clear))
                whole = whole or meter.pixels
                seen, packed = number, packed + len(runtime.placed)
                steps[runtime.step] += number > 1
    record: dict[str, Any] = {"frames": seen, "boxes": len(found), "tracks": len({thing.number for _, thing in found})}
    record |= {
        "size": list(film.size),
        "cluster": list(runtime.cluster_size),
        "clusters": steps[Step.CLUSTER],
        "patches": packed,
    }
    record |= {"whole_frames": steps[Step.WHOLE], "advice": advise_on_input(meter.detector)}
    share = (meter.pixels - whole) / (whole * max(seen - 1, 1)) if whole else None
    return found, record | {"pixels": meter.pixels, "share_of_full": share and round(share, 4)}


def write_mot(path: str | Path, found: Iterable[tuple[int, TrackedObject]]) -> None:
    """Write objects in the format of MOT Challenge: frame and number from 1, left, top, width, height, score, class
    from 1, and -1 for the visible share."""
    with Path(path).open("w", encoding="utf-8", newline="\n") as file:
        for frame, thing in found:
            x1, y1, x2, y2 = thing.box
            place = ",".join(f"{value:.2f}" for value in (x1, y1, x2 - x1, y2 - y1))
            file.write(f"{frame},{thing.number + 1},{place},{thing.score:.4f},{thing.label + 1},-1\n")
