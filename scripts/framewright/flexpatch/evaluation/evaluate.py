"""FlexPatch rated on sequences of a video whose objects are in the truth, beside its baselines."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from framewright.detector import Detector
from framewright.flexpatch.evaluation.baselines import (
    MethodOutput,
    detect_every_frame,
    detect_every_nth_frame,
    run_flexpatch,
)
from framewright.flexpatch.evaluation.options import EvaluationPlan
from framewright.flexpatch.evaluation.score import (
    average_precision,
    count_predictions,
    is_required,
    measure_delays,
)
from framewright.flexpatch.runtime.meter import Meter, count_pixels
from framewright.flexpatch.runtime.options import RuntimeSettings
from framewright.flexpatch.runtime.run import build_runtime, scale_detector
from framewright.flexpatch.samples.frames import read_frames
from framewright.flexpatch.samples.observations import Observations
from framewright.study.progress import Progress, report_nothing
from framewright.video.stream import Video, open_video

TIMED = 8  # whole frames of a sequence whose processor time is measured
RANKINGS = {"trained": "trained tree", "none": "no model", "perfect": "perfect model"}


def rate_video(
    video: str | Path,
    name: str,
    use: Sequence[float],
    observations: Observations,
    detector: Detector,
    plan: EvaluationPlan,
    models: Mapping[str, str | Path | None],
    progress: Progress = report_nothing,
) -> tuple[dict[str, Any], dict[str, Any]]:
    """The figures of each method in each sequence of a video; and, apart from them because they depend on the machine,
    the processor times of FlexPatch and of whole frames (ms per frame). `models` holds the file of each of MODELS.

    A video without observations is not opened: it may be one that can't be.
    """
    record: dict[str, Any] = {"video": name, "sequences": []}
    if not len(observations.times):
        return record, {"video": name, "cpu_ms": {}}
    times: list[dict[str, dict[str, float]]] = []
    width, height = observations.size
    meter = Meter(detector.at_scale_of((height, width)))
    each = count_pixels(meter.detector, (height, width))
    sets = {
        settings.zoom: Meter(scale_detector(detector, (width, height), settings.zoom)) for settings in plan.runtimes
    }
    with open_video(video) as film:
        count = _count_sequences(observations, plan)
        for frames, pictures in progress(_sequences(film, use, observations, plan), count, "sequences"):
            if not any(is_required(observations.true.at(frame)).any() for frame in frames):
                continue  # without an object there is no precision
            ways = _run_methods(observations, frames, pictures, sets, plan, models, each)
            outputs = dict(progress(ways, unit="methods"))
            methods = {method: _score(observations, frames, output, each) for method, output in outputs.items()}
            record["sequences"].append({"first": frames.start, "frames": len(frames), "methods": methods})
            times.append({method: output.cpu for method, output in outputs.items() if output.cpu})
            times[-1]["every frame"] = {"detector": _time_whole_frames(meter, pictures)}
    return record, {"video": name, "cpu_ms": _mean_times(times)}


def method_name(settings: RuntimeSettings) -> str:
    """The name of a setting of FlexPatch in tables and charts."""
    if settings.budget is not None:
        return f"FlexPatch, budget of {settings.budget:.0%}"
    often = "every frame" if settings.every == 1 else f"every {settings.every} frames"
    return f"FlexPatch, {settings.width:.0%} x {settings.height:.0%} {often}"


def _mean_times(times: Sequence[Mapping[str, Mapping[str, float]]]) -> dict[str, dict[str, float]]:
    methods = dict.fromkeys(method for of_sequence in times for method in of_sequence)
    return {
        method: {
            part: round(float(np.mean([of_sequence[method][part] for of_sequence in times])), 3)
            for part in times[0][method]
        }
        for method in methods
    }


def _time_whole_frames(meter: Meter, pictures: Sequence[np.ndarray]) -> float:
    """Processor time of a whole frame (ms), measured on a few."""
    chosen = pictures[:: max(1, len(pictures) // TIMED)]
    begun = meter.seconds
    for picture in chosen:
        meter([picture])
    return 1000 * (meter.seconds - begun) / len(chosen)


def _count_sequences(observations: Observations, plan: EvaluationPlan) -> int:
    return min(plan.sequences, max(1, len(observations.times) // plan.frames))


def _sequences(
    film: Video, use: Sequence[float], observations: Observations, plan: EvaluationPlan
) -> Iterator[tuple[range, list[np.ndarray]]]:
    """The frames of each sequence: their numbers, and (H, W, 3) uint8 RGB pictures."""
    length = min(plan.frames, len(observations.times))
    count = _count_sequences(observations, plan)
    pictures: list[np.ndarray] = []
    for number, frame in enumerate(read_frames(film, use, count * length)):
        pictures.append(frame.rgb)
        if len(pictures) == length:
            yield range(number + 1 - length, number + 1), pictures
            pictures = []


def _run_methods(
    observations: Observations,
    frames: range,
    pictures: list[np.ndarray],
    meters: Mapping[float, Meter],
    plan: EvaluationPlan,
    models: Mapping[str, str | Path | None],
    each: int,
) -> Iterator[tuple[str, MethodOutput]]:
    greys = [cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY) for picture in pictures]
    yield "every frame", detect_every_frame(observations, frames, each)
    for number in plan.every:
        yield f"every {number} frames", detect_every_nth_frame(observations, frames, greys, number, each)
    yield "first frame", detect_every_nth_frame(observations, frames, greys, None, each)
    for settings in plan.runtimes:
        meter = meters[settings.zoom]
        runtime = build_runtime(meter, observations.size, settings, models[settings.model])
        yield method_name(settings), run_flexpatch(observations, frames, pictures, runtime, meter)
    ranked = plan.ranked
    for model, words in RANKINGS.items():
        if ranked is not None and model != ranked.model:
            meter = meters[ranked.zoom]
            runtime = build_runtime(meter, observations.size, ranked, models.get(model))
            output = run_flexpatch(observations, frames, pictures, runtime, meter, is_perfect=model == "perfect")
            yield f"{method_name(ranked)}, {words}", output


def _score(observations: Observations, frames: range, output: MethodOutput, each: int) -> dict[str, Any]:
    """The figures of a method in a sequence; `share` is the detector's pixels over all pixels after the first frame."""
    waited, never = measure_delays(observations, frames, output.objects)
    figures = {
        "ap": round(average_precision(observations, frames, output.objects), 4),
        "pixels": output.pixels,
        "share": round(output.pixels / (each * (len(frames) - 1)), 4),
        "delays": [round(second, 4) for second in waited],
        "never_found": never,
    }
    return figures | (count_predictions(output.predictions) if output.predictions else {})
