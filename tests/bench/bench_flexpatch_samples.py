"""Making samples against the origin's way, at equal work: python tests/bench/bench_flexpatch_samples.py

Equal work is the same tracks, frame by frame: the boxes of the demo's street, doubled to 1280x720, followed from each
10th frame to the next one and then put back. Ours is `Follower` with its features. The plain way is written here as the
origin's is described: corners sought anew in every frame in every box, Lucas-Kanade for one object at a time,
eigenvalues of the whole box, and a template match; its boxes are read rightly, as corners, or it would have far more to
do. Figures are samples per second of one core's CPU time, the best of three runs of each in turn. What the tracker
costs a frame of 1280x720 with 20 objects is printed too.
"""

import sys
import time
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "scripts"))

import cv2
import numpy as np

from framewright.flexpatch.follow.features import feature_matrix
from framewright.flexpatch.follow.follower import Follower
from framewright.scenes.render import make_scene
from framewright.study import job

FRAMES, EVERY, SIZE = 61, 10, (1280, 720)
WANTED, MOST_MS = 3.0, 4.0
FLOW = {"winSize": (15, 15), "maxLevel": 2, "criteria": (cv2.TERM_CRITERIA_EPS | cv2.TERM_CRITERIA_COUNT, 10, 0.03)}


def main() -> int:
    job.compute_on_one_thread()
    greys, boxes = street()
    best = {"ours": (0.0, 0), "plain": (0.0, 0)}
    for _ in range(3):
        for name, way in (("ours", ours), ("plain", plain)):
            began = time.process_time()
            number = way(greys, boxes)
            best[name] = max(best[name], (number / (time.process_time() - began), number))
    ratio = best["ours"][0] / best["plain"][0]
    for name, (rate, number) in best.items():
        print(f"{name:6} {rate:10,.0f} samples per CPU-second ({number:,} samples)")
    print(f"ratio  {ratio:10.1f} (wanted: {WANTED:g})")
    cost = twenty(greys)
    print(f"tracker, 20 objects, 1280x720: {cost:.2f} CPU ms a frame (wanted: about {MOST_MS:g})")
    return int(ratio < WANTED)


def street() -> tuple[list[np.ndarray], list[np.ndarray]]:
    """Luma of the scene's frames, (720, 1280) uint8, and the boxes (N, 4) of what can be seen in each."""
    drawn, greys, boxes = make_scene("street"), [], []
    for frame in range(FRAMES):
        own = drawn.draw(frame)
        greys.append(cv2.resize(cv2.cvtColor(own.picture, cv2.COLOR_RGB2GRAY), SIZE, interpolation=cv2.INTER_CUBIC))
        seen = [mark.box for mark in own.objects if mark.visible >= 0.3]
        boxes.append(2 * np.array(seen, float).reshape(-1, 4))
    return greys, boxes


def ours(greys: list[np.ndarray], boxes: list[np.ndarray]) -> int:
    """Samples made by `Follower`; nothing is dropped, so that both ways have the same tracks."""
    follower, number = Follower(SIZE, max_age=10**6), 0
    for frame, grey in enumerate(greys):
        if frame:
            follower.move(grey)
            number += len(feature_matrix(follower.tracks))
        if frame % EVERY == 0:
            follower.start(grey, boxes[frame], np.ones(len(boxes[frame])), np.zeros(len(boxes[frame])))
    return number


def plain(greys: list[np.ndarray], boxes: list[np.ndarray]) -> int:
    """Samples made as the origin is described to make them."""
    tracks: list[dict] = []
    number = 0
    for frame, grey in enumerate(greys):
        for track in tracks:
            plain_step(track, greys[frame - 1], grey)
            number += 1
        if frame % EVERY == 0:
            whole = np.clip(boxes[frame], 0, (*SIZE, *SIZE)).astype(int)
            tracks = [{"box": box, "velocity": np.zeros(2), "features": None} for box in whole.tolist()]
    return number


def plain_step(track: dict, before: np.ndarray, now: np.ndarray) -> None:
    """Move one track to the next frame, and compute its features."""
    x1, y1, x2, y2 = track["box"]
    crop = before[y1:y2, x1:x2]
    corners = cv2.goodFeaturesToTrack(crop, 50, 0.01, 5, blockSize=7) if crop.size else None
    if corners is None:
        return
    points = corners + np.array([x1, y1], np.float32)
    ends, there, _ = cv2.calcOpticalFlowPyrLK(before, now, points, None, **FLOW)
    flow = (ends - points)[there[:, 0] == 1].reshape(-1, 2)
    if not len(flow):
        return
    move = flow.mean(axis=0)
    x, y = max(0, int(x1 + move[0])), max(0, int(y1 + move[1]))
    moved = [x, y, min(SIZE[0], x + x2 - x1), min(SIZE[1], y + y2 - y1)]
    current = now[moved[1] : moved[3], moved[0] : moved[2]]
    eigenvalue = cv2.cornerMinEigenVal(crop, 7, ksize=3).mean()
    alike = cv2.matchTemplate(crop, current, cv2.TM_CCORR_NORMED)[0, 0] if crop.shape == current.shape else 1.0
    track["features"] = (eigenvalue, alike, np.linalg.norm(move - track["velocity"]), np.abs(flow).std())
    track["box"], track["velocity"] = moved, move


def twenty(greys: list[np.ndarray]) -> float:
    """CPU milliseconds that `Follower` takes for a frame with 20 objects, from 40x60 to 120x240 pixels."""
    rng = np.random.default_rng(0)
    sides = rng.uniform((40, 60), (120, 240), (20, 2))
    corners = rng.uniform(0, 1, (20, 2)) * (np.array(SIZE) - sides)
    follower = Follower(SIZE, max_age=10**6)
    follower.start(greys[0], np.concatenate([corners, corners + sides], axis=1), np.ones(20), np.zeros(20))
    costs = []
    for grey in greys[1:]:
        began = time.process_time()
        follower.move(grey)
        feature_matrix(follower.tracks)
        costs.append(time.process_time() - began)
    return float(np.median(costs)) * 1000


if __name__ == "__main__":
    sys.exit(main())
