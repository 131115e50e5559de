"""FlexPatch rated on sequences of a video whose objects are known, beside what is done without it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from framewright.detector import Detector
from framewright.flexpatch.evaluation.baselines import Meter, Shown, every, patched, pixels_of, whole
from framewright.flexpatch.evaluation.score import (
    BAR,
    LABELS,
    asked,
    delays,
    interval,
    packed_shares,
    precision,
    predicted,
    recalls,
    summed,
)
from framewright.flexpatch.runtime.run import How, runtime_of
from framewright.flexpatch.samples.frames import frames_of
from framewright.flexpatch.samples.observations import Known
from framewright.video.stream import open_video

TIMED = 8  # whole frames of a sequence whose processor time is taken


@dataclass(frozen=True)
class Plan:
    """What is compared: sequences of so many frames, from the beginning of each video, `sequences` of them at most;
    whole frames one in so many, and the settings of FlexPatch."""

    frames: int
    sequences: int
    every: tuple[int, ...]
    settings: tuple[How, ...]


def plan_of(settings: Mapping[str, Any], runtime: Mapping[str, Any]) -> Plan:
    """The plan that `flexpatch.evaluate` of the configuration asks for; `flexpatch.runtime` comes first."""
    usual = How(**runtime)
    others = [
        replace(usual, width=min(width, 1.0), height=min(height, 1.0), every=round(every))
        for width, height, every in settings["clusters"]
    ]
    return Plan(
        settings["frames"], settings["sequences"], tuple(settings["every"]), tuple(dict.fromkeys([usual, *others]))
    )


def rated(
    video: str | Path,
    name: str,
    probe: Mapping[str, Any],
    known: Known,
    detector: Detector,
    plan: Plan,
    model: str | Path,
) -> tuple[dict[str, Any], dict[str, Any]]:
    """What each way reaches in each sequence of a video, and what the detector saw for it; and apart from that, because
    it is the machine's, the processor time of FlexPatch and of seeing whole frames (ms per frame).

    A video of which nothing is known is not opened: it may be one that can't be.
    """
    record: dict[str, Any] = {"video": name, "sequences": []}
    if not len(known.times):
        return record, {"video": name, "cpu_ms": {}}
    use = probe["use"]
    times: list[dict[str, Any]] = []
    meter = Meter(detector.at_scale_of(known.size[::-1]))
    each = pixels_of(meter.detector, known.size[::-1])
    with open_video(video) as film:
        for frames, pictures in _sequences(film, use, known, plan):
            if not any(asked(known.true.at(frame)).any() for frame in frames):
                continue  # with nothing to find there is no precision
            shown = dict(_ways(known, frames, pictures, meter, plan, model, each))
            ways = {way: _scores(known, frames, own, each) for way, own in shown.items()}
            record["sequences"].append({"first": frames.start, "frames": len(frames), "ways": ways})
            times.append({way: own.cpu for way, own in shown.items() if own.cpu})
            times[-1]["every frame"] = {"detector": _whole_frames(meter, pictures)}
    ways = dict.fromkeys(way for own in times for way in own)
    spent = {way: {part: _mean(own[way][part] for own in times) for part in times[0][way]} for way in ways}
    return record, {"video": name, "cpu_ms": spent}


def _mean(values: Iterable[float]) -> float:
    return round(float(np.mean(list(values))), 3)


def _whole_frames(meter: Meter, pictures: Sequence[np.ndarray]) -> float:
    """Processor time of seeing a whole frame (ms), of a few."""
    begun = meter.seconds
    for picture in pictures[:: max(1, len(pictures) // TIMED)]:
        meter([picture])
    return 1000 * (meter.seconds - begun) / len(pictures[:: max(1, len(pictures) // TIMED)])


def _sequences(film, use: Sequence[float], known: Known, plan: Plan) -> Iterator[tuple[range, list[np.ndarray]]]:
    """The frames of each sequence: their numbers, and (H, W, 3) uint8 RGB pictures."""
    count = min(plan.sequences, max(1, len(known.times) // plan.frames))
    pictures = []
    for number, frame in enumerate(frames_of(film, use, min(count * plan.frames, len(known.times)))):
        pictures.append(frame.rgb)
        if len(pictures) == min(plan.frames, len(known.times)):
            yield range(number + 1 - len(pictures), number + 1), pictures
            pictures = []


def _ways(
    known: Known, frames: range, pictures: list[np.ndarray], meter: Meter, plan: Plan, model: str | Path, each: int
) -> Iterator[tuple[str, Shown]]:
    greys = [cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY) for picture in pictures]
    yield "every frame", whole(known, frames, each)
    for number in plan.every:
        yield f"every {number} frames", every(known, frames, greys, number, each)
    yield "first frame", every(known, frames, greys, None, each)
    for how in plan.settings:
        yield name_of(how), patched(known, frames, pictures, runtime_of(meter, known.size, how, model), meter)


def name_of(how: How) -> str:
    """A setting of FlexPatch as it is called in tables and charts."""
    return f"FlexPatch, {how.width:.0%} x {how.height:.0%} every {how.every} frames"


def _scores(known: Known, frames: range, shown: Shown, each: int) -> dict[str, Any]:
    """The figures of a way in a sequence; `share` is what the detector saw, of all pixels after the first frame."""
    waited, never = delays(known, frames, shown.things)
    told = {
        "ap": round(precision(known, frames, shown.things), 4),
        "pixels": shown.pixels,
        "share": round(shown.pixels / (each * (len(frames) - 1)), 4),
        "delays": [round(second, 4) for second in waited],
        "never_found": never,
    }
    return told | (predicted(shown.judged) if shown.judged else {})


def evaluation(records: Sequence[Mapping[str, Any]], rng: np.random.Generator) -> dict[str, Any]:
    """All sequences together: for each way its mean precision, between which bounds that lies (95 %), cost, and delay;
    what was predicted at run time; and how much better FlexPatch is than whole frames now and then."""
    parts = [sequence["ways"] for record in records for sequence in record["sequences"]]
    if not parts:
        return {"sequences": 0, "ways": {}, "gains": []}
    ways = {way: _together([part[way] for part in parts], rng) for way in parts[0]}
    full = ways["every frame"]["ap"]
    for own in ways.values():
        own["of_every_frame"] = round(own["ap"] / full, 4) if full else None
    return {
        "sequences": len(parts),
        "videos": sorted({record["video"] for record in records if record["sequences"]}),
        "bar": BAR,
        "ways": ways,
        "gains": list(_gains(parts, ways, rng)),
    }


def _together(own: Sequence[Mapping[str, Any]], rng: np.random.Generator) -> dict[str, Any]:
    precisions = [part["ap"] for part in own]
    waited = [second for part in own for second in part["delays"]]
    new = len(waited) + sum(part["never_found"] for part in own)
    told: dict[str, Any] = {
        "ap": round(float(np.mean(precisions)), 4),
        "ap_between": [round(bound, 4) for bound in interval(precisions, rng)],
        "share": round(float(np.mean([part["share"] for part in own])), 4),
        "pixels": sum(part["pixels"] for part in own),
        "new_objects": new,
        "new_found": round(len(waited) / new, 4) if new else None,
        "delay": round(float(np.mean(waited)), 4) if waited else None,
    }
    judged = [part for part in own if "confusion" in part]
    if judged:
        together = summed(judged)
        told |= together | {"recall": recalls(together["confusion"]), "packed_share": packed_shares(together)}
    return told


def _gains(parts: Sequence[Mapping], ways: Mapping[str, Any], rng: np.random.Generator) -> Iterator[dict[str, Any]]:
    """What each setting of FlexPatch is ahead of whole frames now and then."""
    plain = [way for way in ways if way.startswith("every ") and way != "every frame"]
    for way in ways:
        for other in plain if way.startswith("FlexPatch") else ():
            gains = [part[way]["ap"] - part[other]["ap"] for part in parts]
            between = [round(bound, 4) for bound in interval(gains, rng)]
            yield {"way": way, "than": other, "ap": round(float(np.mean(gains)), 4), "between": between}


def table(told: Mapping[str, Any]) -> str:
    """The evaluation as text: a row for each way, and what was predicted."""
    if not told["ways"]:
        return "no sequence of a video whose objects are known\n"
    lines = [f"{'':44}{'AP50':>7}{'95 %':>15}{'of every':>10}{'pixels':>8}{'delay s':>9}{'found':>7}"]
    for way, own in told["ways"].items():
        low, high = own["ap_between"]
        delay = "-" if own["delay"] is None else f"{own['delay']:.2f}"
        new = "-" if own["new_found"] is None else f"{own['new_found']:.2f}"
        ratio = "-" if own["of_every_frame"] is None else f"{own['of_every_frame']:.2f}"
        spread = f"{low:.3f}-{high:.3f}"
        lines.append(f"{way:44}{own['ap']:7.3f}{spread:>15}{ratio:>10}{own['share']:8.1%}{delay:>9}{new:>7}")
    lines.append("")
    for own in told["gains"]:
        low, high = own["between"]
        lines.append(f"{own['way']} against {own['than']}: {own['ap']:+.3f} ({low:+.3f} to {high:+.3f})")
    for way, own in told["ways"].items():
        if "recall" in own:
            shares = ", ".join(f"{label} {_of(own['recall'][label])} (paper {BAR[label]:.2f})" for label in LABELS)
            packed = own["packed_share"]
            lines.append(
                f"{way}: foretold {shares}; packed {_of(packed['failing'])} of failing, {_of(packed['good'])} of good"
            )
    return "\n".join(lines) + "\n"


def _of(share: float | None) -> str:
    return "-" if share is None else f"{share:.2f}"
