"""Which way of associating detections fits the truth best: python tests/bench/bench_association.py [weights.onnx]

On drawn streets that nothing was tuned on, at 16 frames a second, by HOTA, IDF1 and MOTA over all objects of which a
quarter is seen. Detections are those of the demo's detector, and simulated ones that fail as it does: boxes with noise,
misses, more where things hide each other, and some that last; doubled and false boxes; classes that flip for a while.
All ways get the same detections, without overlaps.
"""

import sys
import time
from pathlib import Path

import numpy as np

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT / "scripts"), str(ROOT / "tests")]

from dataclasses import replace

from passing import KINDS, SIZE, make_scene
from scipy.optimize import linear_sum_assignment
from supervision import Detections as Given
from trackers import BoTSORTTracker, ByteTrackTracker, CBIoUTracker, OCSORTTracker, SORTTracker

from framewright.boxes import compute_iou
from framewright.detector import Detector, open_detector
from framewright.scenes.scene import Scene, record
from framewright.scenes.street import make_street
from framewright.study.job import compute_on_one_thread
from framewright.tracks.objects.accuracy import measure_accuracy, measure_purity
from framewright.tracks.objects.appearance import describe_boxes
from framewright.tracks.objects.associate import FrameDetections, Tracklet, find_tracklets, suppress_overlaps
from framewright.tracks.objects.camera import CameraMotion
from framewright.tracks.objects.options import Association
from framewright.truth import Truth

RATE, CLASSES = 16, ("person", "dog", "cyclist", "car", "bus")
SEEDS, SECONDS = (301, 302, 303), 8.0
PEERS = ("ours", "ByteTrack of trackers", "ByteTrack by itself (.7/.6)", "OC-SORT", "BoT-SORT", "C-BIoU")
PASSING_SEEDS, LONG, MIXED = (
    6,
    1.5,
    0.9,
)  # scenes of each kind; seconds of tracks that count; purity of a mixed one, below
SLACK = 0.005  # of HOTA by which another way may be better before the default is wrong


def main() -> int:
    compute_on_one_thread()
    detector = open_detector(sys.argv[1] if len(sys.argv) > 1 else ROOT / "config/detector/demo.onnx")
    real, made = [], []
    for seed in SEEDS:
        truth, shot = looked_at(make_street(np.random.default_rng(seed), SECONDS), detector)
        real.append((truth, shot))
        made += [(truth, simulated(truth, np.random.default_rng([11, seed, k]))) for k in (0, 1)]
    ours = {
        "ours": {},
        "ours, more overlapping boxes (.7)": {"nms": 0.7},
        "ours, high score .25": {"high_score": 0.25},
        "ours, high score .6": {"high_score": 0.6},
        "ours, lost after .75 s, as the origin": {"lost_seconds": 0.75},
        "ours, lost after 2 s": {"lost_seconds": 2},
        "ours, overlap .1": {"min_overlap": 0.1},
        "ours, overlap .3": {"min_overlap": 0.3},
    }
    ways = {name: ours_with(**own) for name, own in ours.items()}
    ways["ours, without appearance, camera and border"] = plain
    byte = {"frame_rate": RATE, "lost_track_buffer": 60, "minimum_iou_threshold": 0.2}
    ways |= {
        "ByteTrack of trackers, .25, overlap .2, 2 s": library(
            lambda: ByteTrackTracker(track_activation_threshold=0.25, high_conf_det_threshold=0.25, **byte)
        ),
        "ByteTrack of trackers, .5, overlap .2, 2 s": library(
            lambda: ByteTrackTracker(track_activation_threshold=0.5, high_conf_det_threshold=0.5, **byte)
        ),
        "ByteTrack by itself (.7/.6)": library(lambda: ByteTrackTracker(frame_rate=RATE)),
        "SORT": library(lambda: SORTTracker(frame_rate=RATE)),
        "OC-SORT": library(lambda: OCSORTTracker(frame_rate=RATE)),
        "BoT-SORT with camera motion": library(lambda: BoTSORTTracker(frame_rate=RATE)),
        "BoT-SORT without camera motion": library(lambda: BoTSORTTracker(frame_rate=RATE, enable_cmc=False)),
        "C-BIoU": library(lambda: CBIoUTracker(frame_rate=RATE)),
        "overlap alone, no motion": overlap_alone,
    }
    head = "".join(f"{word:>8}" for word in ("HOTA", "IDF1", "MOTA", "switch"))
    print(f"{'':46}{'demo detector':>32}{'simulated':>32}\n{'':46}{head}{head}")
    scores = {name: (scored(way, real), scored(way, made)) for name, way in ways.items()}
    for name, both in scores.items():
        figures = "".join(f"{own[0]:8.3f}{own[1]:8.3f}{own[2]:8.3f}{own[3]:8.0f}" for own in both)
        print(f"{name:46}{figures}{both[1][4]:8.2f} ms/frame")
    passing = {name: way for name, way in ways.items() if name.split(",")[0].split(" with")[0] in PEERS}
    missed_passing = compare_passing(passing)
    totals = {name: (both[0][0] + both[1][0]) / 2 for name, both in scores.items()}
    best = max(totals, key=totals.get)
    missed = totals[best] > totals["ours"] + SLACK
    print(f"best: {best}{'  MISSED: the default should be that' if missed else ''}")
    return int(missed or missed_passing)


def compare_passing(ways: dict) -> bool:
    """Ours beside others in drawn scenes that mix identities; whether ours misses a goal."""
    sums: dict[str, list] = {name: [] for name in ways}
    purities: dict[str, list[float]] = {name: [] for name in ways}
    spent = dict.fromkeys(ways, 0.0)
    frames = 0
    for kind in KINDS:
        for seed in range(PASSING_SEEDS):
            scene, camera = make_scene(kind, seed), CameraMotion()
            shot = [
                replace(seen, appearance=describe_boxes(picture, seen.boxes), motion=camera.add(picture, seen.boxes))
                for picture, seen in zip(scene.pictures, scene.found, strict=True)
            ]
            frames += len(shot)
            for name, way in ways.items():
                begun = time.process_time()
                found = way(shot, scene.pictures)
                spent[name] += time.process_time() - begun
                places = [(own.times, own.boxes) for own in found]
                fit = measure_accuracy(scene.truth, [seen.time for seen in shot], places)
                sums[name].append((kind, fit.hota, fit.idf1))
                long = [own for own in found if np.ptp(own.times) >= LONG]
                purities[name] += [measure_purity(scene.truth, own.times, own.boxes) for own in long]
    print(f"\n{'HOTA / IDF1':46}" + "".join(f"{kind:>16}" for kind in KINDS) + f"{'all':>16}{'mixed':>10}{'purity':>8}")
    means = {}
    for name, rows in sums.items():
        figures = [np.mean([row[1:] for row in rows if kind in (row[0], "all")], axis=0) for kind in ("all", *KINDS)]
        means[name] = figures[0]
        cells = "".join(f"{hota:9.3f}/{idf1:.3f} " for hota, idf1 in (*figures[1:], figures[0]))
        mixed = sum(purity < MIXED for purity in purities[name])
        print(
            f"{name:46}{cells}{mixed:6}/{len(purities[name]):<4}{np.mean(purities[name]):7.3f}"
            f"{1000 * spent[name] / frames:8.2f} ms/frame"
        )
    ours, before = purities["ours"], purities["ours, without appearance, camera and border"]
    goals = {
        "HOTA and IDF1 above each other": all(
            (means["ours"] > mean).all() for name, mean in means.items() if not name.startswith("ours")
        ),
        "mixed at most half of those without": 2 * sum(p < MIXED for p in ours) <= sum(p < MIXED for p in before),
        "mean purity .95": np.mean(ours) >= 0.95,
        "at most .5 ms a frame without the cue": 1000 * spent["ours, without appearance, camera and border"] / frames
        <= 0.5,
    }
    for goal, held in goals.items():
        print(f"{goal:46}{'' if held else '  MISSED'}")
    return not all(goals.values())


def scored(way, cases: list[tuple[Truth, list[FrameDetections]]]) -> tuple[float, ...]:
    """Mean HOTA, IDF1 and MOTA, all switches, and processor milliseconds a frame."""
    begun = time.process_time()
    found = [way(shot, None) for _, shot in cases]
    spent = 1000 * (time.process_time() - begun) / sum(len(shot) for _, shot in cases)
    figures = [
        measure_accuracy(truth, [seen.time for seen in shot], [(own.times, own.boxes) for own in tracks])
        for (truth, shot), tracks in zip(cases, found, strict=True)
    ]
    means = [float(np.mean([getattr(own, key) for own in figures])) for key in ("hota", "idf1", "mota")]
    return *means, sum(own.switches for own in figures), spent


def looked_at(scene: Scene, detector: Detector) -> tuple[Truth, list[FrameDetections]]:
    """The truth of a scene, and what the detector sees of each sixteenth of a second."""
    wanted = {number: k for k, number in enumerate(numbers_of(scene.frames, float(scene.rate)))}
    shot, drawn = [], iter(range(scene.frames))

    def look(picture: np.ndarray) -> None:
        if (k := wanted.get(next(drawn))) is not None:
            found = detector([picture])[0]
            shot.append(FrameDetections(k / RATE, found.boxes.astype(float), found.scores.astype(float), found.classes))

    return record(scene, look), shot


def numbers_of(frames: int, rate: float) -> list[int]:
    """The frames nearest to each sixteenth of a second."""
    return [min(frames - 1, round(k / RATE * rate)) for k in range(round(frames / rate * RATE))]


def simulated(truth: Truth, noise: np.random.Generator) -> list[FrameDetections]:
    """What a middling detector would say of each sixteenth of a second."""
    numbers = numbers_of(truth.frames, float(truth.rate))
    unseen, taken = {}, {}  # for each object, the frames where it is missed, and where it is taken for something else
    for thing in truth.objects:
        unseen[thing.id] = bursts(noise, len(numbers), 2, 20)
        taken[thing.id] = bursts(noise, len(numbers), 2, 10), int(noise.integers(1, len(CLASSES)))
    ghosts = [(bursts(noise, len(numbers), 1, 12), place(noise, truth.size)) for _ in range(len(numbers) // 6)]
    shot = []
    for k, number in enumerate(numbers):
        boxes, scores, kinds = [], [], []
        for thing in truth.objects:
            rows = np.flatnonzero(thing.frames == number)
            if not len(rows) or k in unseen[thing.id]:
                continue
            visible = float(thing.visible[rows[0]])
            if noise.random() > 0.95 * min(1, 1.5 * visible):
                continue
            box = thing.boxes[rows[0]]
            sides = np.tile(box[2:] - box[:2], 2)
            kind = CLASSES.index(thing.name) + taken[thing.id][1] * (k in taken[thing.id][0])
            for error in (0.03, 0.12)[: 1 + (noise.random() < 0.25)]:
                boxes.append(box + noise.normal(0, error, 4) * sides)
                scores.append(
                    np.clip(noise.normal(0.75, 0.15) * (0.4 + 0.6 * visible) - 3 * (error - 0.03), 0.05, 0.99)
                )
                kinds.append(kind % len(CLASSES))
        for when, box in ghosts:
            if k in when:
                boxes.append(box + noise.normal(0, 3, 4))
                scores.append(noise.uniform(0.1, 0.6))
                kinds.append(int(noise.integers(len(CLASSES))))
        classes = np.full((len(kinds), len(CLASSES)), 0.03)
        classes[np.arange(len(kinds)), kinds] = scores
        shot.append(FrameDetections(k / RATE, np.array(boxes).reshape(-1, 4), np.array(scores), classes))
    return shot


def bursts(noise: np.random.Generator, frames: int, number: int, longest: int) -> set[int]:
    """Frames that come in so many bursts."""
    firsts = noise.choice(frames, number)
    return {int(first) + k for first in firsts for k in range(int(noise.integers(2, longest)))}


def place(noise: np.random.Generator, size: tuple[int, int]) -> np.ndarray:
    """A box somewhere."""
    corner, sides = noise.uniform(0, 0.8, 2) * size, noise.uniform(20, 120, 2)
    return np.array([*corner, *(corner + sides)])


def library(make):
    """A tracker of the library as it comes: what it names belongs together."""

    def way(shot: list[FrameDetections], pictures: list[np.ndarray] | None) -> list[Tracklet]:
        tracker, links = make(), {}
        for k, seen in enumerate(map(single, shot)):
            given = Given(seen.boxes, confidence=seen.scores, data={"number": np.arange(len(seen.scores))})
            more = (pictures[k],) if pictures is not None and getattr(tracker, "enable_cmc", False) else ()
            followed = tracker.update(given, *more)
            for number, name in zip(followed.data.get("number", ()), followed.tracker_id, strict=True):
                if name >= 0:
                    links.setdefault(int(name), []).append((seen, int(number)))
        return [chain_of(own) for own in links.values()]

    return way


def ours_with(**how):
    """Ours, with these settings."""

    def way(shot: list[FrameDetections], pictures: list[np.ndarray] | None) -> list[Tracklet]:
        return find_tracklets(shot, Association(**how), SIZE if pictures is not None else None)

    return way


def plain(shot: list[FrameDetections], pictures: list[np.ndarray] | None) -> list[Tracklet]:
    """Ours by boxes and classes alone."""
    return find_tracklets([FrameDetections(own.time, own.boxes, own.scores, own.classes) for own in shot])


def overlap_alone(shot: list[FrameDetections], pictures: list[np.ndarray] | None) -> list[Tracklet]:
    """Each detection goes to the last box of the track that it overlaps most; unseen for a second, a track ends."""
    links: list[list[tuple[FrameDetections, int]]] = []
    for seen in map(single, shot):
        alive = [own for own in links if seen.time - own[-1][0].time <= 1]
        last = np.array([own[-1][0].boxes[own[-1][1]] for own in alive]).reshape(-1, 4)
        shared = compute_iou(last, seen.boxes)
        taken = set()
        for row, column in zip(*linear_sum_assignment(-shared), strict=True):
            if shared[row, column] >= 0.3:
                alive[row].append((seen, int(column)))
                taken.add(int(column))
        links += [[(seen, k)] for k in range(len(seen.scores)) if k not in taken and seen.scores[k] >= 0.25]
    return [chain_of(own) for own in links if len(own) > 1]


def single(seen: FrameDetections) -> FrameDetections:
    """The detections as ours takes them."""
    how = Association()
    return suppress_overlaps(seen.select(seen.scores >= how.min_score), how.nms)


def chain_of(links: list[tuple[FrameDetections, int]]) -> Tracklet:
    times, boxes = np.array([seen.time for seen, _ in links]), np.stack([seen.boxes[k] for seen, k in links])
    return Tracklet(times, boxes, np.ones(len(times)), np.ones((4, 1)))


if __name__ == "__main__":
    sys.exit(main())
