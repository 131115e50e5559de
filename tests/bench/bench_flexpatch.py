"""FlexPatch against whole frames and slices of the frame, at equal cost: `make bench` runs it without arguments.

Arguments: sequences in each group (7), frames in each (30), and films, each with weights before it (.onnx).

Drawn squares of 1280x720 in three groups: small things far apart, large things, and crowds. The detector is the demo's,
whose shapes are dynamic; it sees whole frames at full scale, those of large things at half of it, where it finds these.
Slices (SAHI's way) have the size of FlexPatch's cluster, and a fifth of overlap. Cost is what the detector sees after
the first frame, in pixels of its input, as a share of whole frames at that scale; and processor time of detector and
all else. Objects are followed by one and the same follower wherever the detector sees nothing.

AP50 is of boxes whatever their class: with four classes and ten objects in a sequence, the mean over classes hangs on
one or two of them; it stands beside it (AP50c). Gains are at equal pixels: the precision of whole frames is taken
between its neighbours in cost, over log(cost), sequence by sequence. Intervals (95 %) come from a bootstrap over
sequences.

For a film, detections in whole frames with a score of .4 are taken for true. Weights of a fixed input size are counted
by the pixels that they are shown: with these, pixels alone are compared.
"""

import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import cv2
import numpy as np

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT / "scripts"), str(ROOT / "tests")]

from framewright.detector import Settings, open_detector
from framewright.flexpatch.evaluation import baselines
from framewright.flexpatch.evaluation.baselines import MethodOutput
from framewright.flexpatch.evaluation.score import (
    average_precision,
    bootstrap_interval,
    compute_packed_shares,
    compute_recalls,
    count_predictions,
    sum_predictions,
)
from framewright.flexpatch.follow.follower import Follower
from framewright.flexpatch.runtime.detector_adapter import DetectionArrays, adapt_detector
from framewright.flexpatch.runtime.meter import Meter
from framewright.flexpatch.runtime.runtime import FlexPatch, TrackedObject, list_objects
from framewright.flexpatch.runtime.slices import detect_in_slices
from framewright.flexpatch.samples.observations import Observations, box_table
from framewright.flexpatch.tree.forest import PRETRAINED
from framewright.scenes.square import SIZE, Crowd, make_square
from framewright.study.job import compute_on_one_thread
from framewright.video.stream import open_video

WEIGHTS = ROOT / "config/detector/demo.onnx"
GROUPS = {  # crowds, and the scale of the detector
    "small, far apart": (
        [Crowd(12, 1.0, 0.2, (18, 28)), Crowd(12, 2.0, 0.4, (18, 28)), Crowd(14, 1.5, 0.2, (18, 30))],
        1.0,
    ),
    "large": ([Crowd(5, 1.0, 0.2, (110, 170)), Crowd(5, 0.7, 0.4, (110, 170)), Crowd(6, 0.8, 0.2, (90, 140))], 0.5),
    "crowded": ([Crowd(32, 1.0, 0.1, (42, 62)), Crowd(32, 2.0, 0.3, (42, 62)), Crowd(40, 1.0, 0.2, (36, 56))], 1.0),
}
CLUSTER, SMALL = (640, 352), (384, 224)
PAUSES = (1, 2, 4, 10)
FLEX = {  # arguments of FlexPatch; the cluster is a quarter of the frame, the small one a tenth
    "FlexPatch, budget 25%": {"cluster_size": CLUSTER, "budget": 0.25},
    "FlexPatch, budget 10%": {"cluster_size": SMALL, "budget": 0.0934},
    "FlexPatch, 25%, no model": {"cluster_size": CLUSTER, "tf_model_path": None},
    "FlexPatch, 25%, pretrained": {"cluster_size": CLUSTER},
    "FlexPatch, 25%, perfect model": {"cluster_size": CLUSTER},
}
TRUE_FROM, OVERHEAD, MOST_BELOW, AHEAD, OF_SLICES, AT_PIXELS = 0.4, 5.5, 0.01, 0.05, 0.95, 0.20


@dataclass
class Row:
    """The figures of a method in a sequence: precision, with classes, costs as shares of every frame, predictions."""

    ap: float
    by_class: float
    pixels: float
    cpu: float
    counts: dict = field(default_factory=dict)


def main() -> int:
    compute_on_one_thread()
    numbers = [int(word) for word in sys.argv[1:] if word.isdigit()]
    count, frames = (*numbers, *(7, 30)[len(numbers) :])
    files = [word for word in sys.argv[1:] if not word.isdigit()]
    missed = []
    for group, (crowds, scale) in GROUPS.items() if not files else ():
        rows: dict[str, list[Row]] = {}
        for number in range(count):
            rng = np.random.default_rng([11, number])
            pictures, observations = draw(rng, crowds[number % len(crowds)], frames, scale)
            for method, row in rate(pictures, observations, scale).items():
                rows.setdefault(method, []).append(row)
        missed += report(f"{group} ({count} sequences of {frames} frames, detector at scale {scale:g})", rows)
    for weights, film in zip(files[::2], files[1::2], strict=True):
        film_rows(film, weights, frames)
    spent = overhead()
    print(f"\nbeside the detector: {spent:.2f} ms CPU per frame of 1280x720 with 20 objects (target {OVERHEAD})")
    return int(bool(missed) or spent > OVERHEAD)


def draw(rng, crowd: Crowd, frames: int, scale: float) -> tuple[list[np.ndarray], Observations]:
    """The pictures of a square, its truth, and what the detector finds in whole frames."""
    scene, detector = make_square(rng, crowd, frames), open_detector(WEIGHTS, Settings(scale=scale, confidence=0.25))
    drawn = [scene.draw(frame) for frame in range(frames)]
    names = list(detector.names)
    true = [
        (frame, mark.id, names.index(mark.name), mark.visible, mark.box)
        for frame, one in enumerate(drawn)
        for mark in one.objects
    ]
    pictures = [one.picture for one in drawn]
    meter = Meter(detector)
    found = list(found_in(pictures, meter))
    TIMES[scale] = 1000 * meter.seconds / frames
    return pictures, Observations(SIZE, np.arange(frames) / 25, detector.names, box_table(found), box_table(true))


TIMES: dict[float, float] = {}  # processor time (ms) of a whole frame at a scale, in the last sequence


def found_in(pictures, meter: Meter) -> Iterator[tuple]:
    for frame, picture in enumerate(pictures):
        found = meter([picture])[0]
        for box, score, label in zip(found.boxes, found.scores, found.classes.argmax(axis=1), strict=True):
            yield frame, -1, int(label), float(score), box


def rate(pictures, observations: Observations, scale: float) -> dict[str, Row]:
    """The figures of each method in a sequence."""
    frames, after = range(len(pictures)), len(pictures) - 1
    meter = Meter(open_detector(WEIGHTS, Settings(scale=scale, confidence=0.25)))
    height, width = meter.shape_of(SIZE[::-1])
    each, per_frame = height * width, TIMES[scale]
    greys = [cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY) for picture in pictures]
    outputs: dict[str, tuple[MethodOutput, float]] = {}
    for pause in PAUSES:
        begun = time.process_time()
        output = (
            baselines.detect_every_frame(observations, frames, each)
            if pause == 1
            else baselines.detect_every_nth_frame(observations, frames, greys, pause, each)
        )
        spent = 1000 * (time.process_time() - begun) / after + per_frame * output.pixels / each / after
        outputs["every frame" if pause == 1 else f"every {pause} frames"] = output, spent
    detect = adapt_detector(meter)
    begun, meter.pixels = time.process_time(), 0
    sliced = [detect_in_slices(detect, picture, CLUSTER) for picture in pictures]
    a_slice, pixels = 1000 * (time.process_time() - begun) / len(pictures), meter.pixels // len(pictures)
    for pause in (1, 4, 10):
        begun = time.process_time()
        output = follow_slices(observations, greys, sliced, pause)
        output.pixels = pixels * len(range(pause, len(pictures), pause))
        spent = 1000 * (time.process_time() - begun) / after + a_slice * output.pixels / pixels / after
        outputs["slices every frame" if pause == 1 else f"slices every {pause} frames"] = output, spent
    for name, arguments in FLEX.items():
        runtime = FlexPatch(meter, SIZE, **{"tf_model_path": PRETRAINED} | arguments)
        is_perfect = name.endswith("perfect model")
        output = baselines.run_flexpatch(observations, frames, pictures, runtime, meter, is_perfect=is_perfect)
        outputs[name] = output, output.cpu["detector"] + output.cpu["rest"]
    return {
        name: Row(
            boxes_precision(observations, output),
            average_precision(observations, frames, output.objects),
            output.pixels / (each * after),
            spent / per_frame,
            count_predictions(output.predictions) if output.predictions else {},
        )
        for name, (output, spent) in outputs.items()
    }


def follow_slices(observations: Observations, greys, sliced: list[DetectionArrays], pause: int) -> MethodOutput:
    """Slices in one of `pause` frames, whose detections are there, and following in between."""
    follower, output = Follower(observations.size), MethodOutput()
    for place, (grey, found) in enumerate(zip(greys, sliced, strict=True)):
        is_fresh = place % pause == 0
        if place and pause > 1:
            follower.move(grey)
        if is_fresh and (place == 0 or pause == 1):
            follower.start(grey, *found)
        elif is_fresh:
            follower.refresh(grey, *found)
        output.objects.append(list_objects(follower, set()))
    return output


def boxes_precision(observations: Observations, output: MethodOutput) -> float:
    """Average precision of boxes, whatever their class."""
    true = observations.true
    plain = replace(observations, true=replace(true, labels=true.labels * 0))
    objects = [[replace_label(thing) for thing in things] for things in output.objects]
    return average_precision(plain, range(len(objects)), objects)


def replace_label(thing: TrackedObject) -> TrackedObject:
    return TrackedObject(thing.box, thing.score, 0, thing.number, thing.fresh)


def equal_cost(rows: dict[str, list[Row]], pixels: float, k: int, key: str = "ap") -> float:
    """The precision of whole frames in sequence `k` at this cost, between those that are rated; `key` as in Row."""
    known = sorted(
        (row[k].pixels, getattr(row[k], key))
        for name, row in rows.items()
        if name.startswith("every") and row[k].pixels
    )
    costs, precisions = np.array(known).T
    return float(np.interp(np.log(pixels), np.log(costs), precisions))


def report(title: str, rows: dict[str, list[Row]]) -> list[str]:
    """Print a group's table; the goals that it misses."""
    rng = np.random.default_rng(0)
    columns = f"{'AP50':>7}{'95 %':>14}{'AP50c':>7}{'pixels':>9}{'CPU':>8}{'gain at equal pixels':>27}{'by class':>27}"
    print(f"\n{title}\n{'':34}{columns}")
    gains = {}
    for name, own in rows.items():
        low, high = bootstrap_interval([row.ap for row in own], rng)
        ap, by_class, pixels, cpu = (
            np.mean([getattr(row, key) for row in own]) for key in ("ap", "by_class", "pixels", "cpu")
        )
        line = f"{name:34}{ap:7.3f}{f'{low:.3f}-{high:.3f}':>14}{by_class:7.3f}{pixels:9.1%}{cpu:8.1%}"
        if name.startswith("FlexPatch"):
            for key in ("ap", "by_class"):
                ahead = [getattr(row, key) - equal_cost(rows, row.pixels, k, key) for k, row in enumerate(own)]
                low, high = bootstrap_interval(ahead, rng)
                line += f"{np.mean(ahead):+9.3f} ({low:+.3f} to {high:+.3f})"
                gains.setdefault(name, float(np.mean(ahead)))
        print(line)
    heads = ("high", "medium", "low", "failing", "good", "failing*", "good*")
    widths = (7, 8, 6, 9, 6, 10, 7)
    print(f"{'recall at run time; packed':34}" + "".join(f"{head:>{n}}" for head, n in zip(heads, widths, strict=True)))
    for name, own in rows.items():
        counts = [row.counts for row in own if row.counts]
        if counts:
            total = sum_predictions(counts)
            recall, packed = compute_recalls(total["confusion"]), compute_packed_shares(total)
            figures = [*recall.values(), *packed.values()]
            cells = ["-" if value is None else f"{value:.2f}" for value in figures]
            print(f"{name:34}" + "".join(f"{cell:>{n}}" for cell, n in zip(cells, widths, strict=True)))
    return judge(title, rows, gains)


def judge(title: str, rows: dict[str, list[Row]], gains: dict[str, float]) -> list[str]:
    """Print the goals of a group; those that are missed."""
    means = {
        name: (np.mean([row.ap for row in own]), np.mean([row.pixels for row in own])) for name, own in rows.items()
    }
    sliced, sliced_pixels = means["slices every frame"]
    quarter, quarter_pixels = means["FlexPatch, budget 25%"]
    best = max(gains["FlexPatch, budget 25%"], gains["FlexPatch, budget 10%"])
    goals = {
        f"at a quarter, whole frames at equal cost {-MOST_BELOW:+.2f}": gains["FlexPatch, budget 25%"] >= -MOST_BELOW
    }
    if title.startswith("small"):
        goals[f"{AHEAD:+.2f} above whole frames at equal cost of at most 25 %"] = best >= AHEAD
        share, pixels = quarter / sliced, quarter_pixels / sliced_pixels
        goals[
            f"{OF_SLICES:.0%} of slices every frame at {AT_PIXELS:.0%} of their pixels (is {share:.1%} at {pixels:.1%})"
        ] = share >= OF_SLICES and pixels <= AT_PIXELS
    for goal, is_met in goals.items():
        print(f"{'met:   ' if is_met else 'MISSED:'} {goal}", flush=True)
    return [goal for goal, is_met in goals.items() if not is_met]


# ---- films ----------------------------------------------------------------------------------------------------------


class Shown(Meter):
    """A detector whose cost is the pixels of the pictures that it is shown."""

    def __call__(self, pictures):
        self.pixels += sum(picture.shape[0] * picture.shape[1] for picture in pictures)
        return self.detector(pictures)


def film_rows(film: str, weights: str, frames: int) -> None:
    """Sequences of a film: FlexPatch with clusters of half the frame's sides, beside whole frames."""
    detector = open_detector(weights, Settings(confidence=0.25))
    rows: dict[str, list[Row]] = {}
    with open_video(film) as video:
        size, pictures = video.size, []
        for frame in video.frames():
            pictures.append(frame.rgb)
            if len(pictures) == frames:
                for name, row in film_sequence(pictures, size, Shown(detector)).items():
                    rows.setdefault(name, []).append(row)
                pictures = []
                if len(rows.get("every frame", [])) == 3:
                    break
    print(f"\n{Path(film).name} ({len(rows['every frame'])} sequences of {frames} frames; true is the detector's own)")
    rng = np.random.default_rng(0)
    for name, own in rows.items():
        low, high = bootstrap_interval([row.ap for row in own], rng)
        ahead = (
            [row.ap - equal_cost(rows, row.pixels, k) for k, row in enumerate(own)] if name.startswith("Flex") else []
        )
        gain = f"{np.mean(ahead):+10.3f}" if ahead else ""
        print(f"{name:34}{np.mean([row.ap for row in own]):7.3f}  {low:.3f}-{high:.3f}"
              f"{np.mean([row.pixels for row in own]):9.1%}{gain}", flush=True)  # fmt: skip


def film_sequence(pictures, size: tuple[int, int], meter: Shown) -> dict[str, Row]:
    found = list(found_in(pictures, meter))
    true = [(row[0], number, row[2], 1.0, row[4]) for number, row in enumerate(found) if row[3] >= TRUE_FROM]
    if not true:
        return {}  # without an object there is no precision
    frames, each = range(len(pictures)), size[0] * size[1]
    names = meter.detector.names
    observations = Observations(size, np.arange(len(pictures)) / 25, names, box_table(found), box_table(true))
    greys = [cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY) for picture in pictures]
    outputs = {"every frame": baselines.detect_every_frame(observations, frames, each)}
    for pause in (2, 4, 10):
        outputs[f"every {pause} frames"] = baselines.detect_every_nth_frame(observations, frames, greys, pause, each)
    half = size[0] // 2 // 8 * 8, size[1] // 2 // 8 * 8
    for name, arguments in {
        "FlexPatch, budget 25%": {"budget": 0.25},
        "FlexPatch, a cluster every frame": {},
        "FlexPatch, cluster every 3 frames": {"every": 3},
    }.items():
        cells = half[1] // 8, half[1] // 8  # patches for new objects as high as the cluster, as in the workflow
        runtime = FlexPatch(meter, size, half, tf_model_path=PRETRAINED, patch_cells=cells, **arguments)
        outputs[name] = baselines.run_flexpatch(observations, frames, pictures, runtime, meter)
    return {
        name: Row(boxes_precision(observations, output), 0.0, output.pixels / (each * (len(pictures) - 1)), 0.0)
        for name, output in outputs.items()
    }


# ---- what the runtime takes beside its detector ---------------------------------------------------------------------


def overhead() -> float:
    """Processor time (ms) of the runtime beside its detector, per frame with 20 objects; the least of several runs."""
    scene = make_square(np.random.default_rng(1), Crowd(), 24)
    pictures = [scene.draw(frame).picture for frame in range(24)]
    boxes = np.array(
        [[60 + 240 * (k % 5), 60 + 160 * (k // 5), 110 + 240 * (k % 5), 150 + 160 * (k // 5)] for k in range(20)]
    )

    class Nothing:
        """Finds 20 things in a whole frame, and the same again wherever they are in a cluster."""

        def end2end(self, picture):
            if picture.shape[1] == SIZE[0]:
                return [(tuple(box), 0.9, 0) for box in boxes]
            return [
                (tuple(one.patch.box - np.tile(one.patch.region[:2], 2) + np.tile([one.x, one.y], 2)), 0.9, 0)
                for one in runtime.placed
                if one.patch.box is not None
            ]

    least = np.inf
    for _ in range(4):
        runtime = FlexPatch(Nothing(), SIZE, (640, 360))
        runtime.process_frame(pictures[0])
        begun = time.process_time()
        for picture in pictures[1:]:
            runtime.process_frame(picture)
        least = min(least, 1000 * (time.process_time() - begun) / (len(pictures) - 1))
    return least


if __name__ == "__main__":
    sys.exit(main())
