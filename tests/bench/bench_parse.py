"""What following objects costs beyond finding them: python tests/bench/bench_parse.py [weights.onnx]

A demo street becomes tracks, read from its file; against it stands the detector alone on the same frames, which are in
memory already. Processor time is the least of several rounds, theirs and ours in turn.
"""

import sys
import tempfile
import time
from fractions import Fraction
from pathlib import Path

import numpy as np

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "scripts"))

from framewright.detector import open_detector
from framewright.scenes.render import render
from framewright.scenes.street import make_street
from framewright.study.job import compute_on_one_thread
from framewright.tracks.meta import write_tracks
from framewright.tracks.objects.detect import detect_video
from framewright.tracks.objects.detections import DetectionsReader
from framewright.tracks.objects.follow import follow
from framewright.tracks.objects.options import Association, Keep
from framewright.video.stream import open_video

SECONDS, ROUNDS, BATCH, TARGET = 6.0, 3, 8, 1.25


def main() -> int:
    compute_on_one_thread()
    weights = sys.argv[1] if len(sys.argv) > 1 else ROOT / "config/detector/demo.onnx"
    detector = open_detector(weights)
    with tempfile.TemporaryDirectory() as folder:
        film = Path(folder) / "street.mp4"
        render(film, make_street(np.random.default_rng(3), SECONDS), Path(folder) / "truth.json")
        frames = shown(film)

        def ours() -> None:
            detections = Path(folder) / "detections.npz"
            detect_video(film, detections, [(0.0, SECONDS)], detector, 16, BATCH)
            tracks, _ = follow(DetectionsReader(detections), "street", Association(), Keep())
            write_tracks(Path(folder) / "meta.gzip", tracks)

        def theirs() -> None:
            for first in range(0, len(frames), BATCH):
                detector(frames[first : first + BATCH])

        rounds = [(cpu(ours), cpu(theirs)) for _ in range(ROUNDS)]
    parsed, bare = (1000 * min(times) / len(frames) for times in zip(*rounds, strict=True))
    ratio = parsed / bare
    print(f"{len(frames)} frames of {frames[0].shape[1]}x{frames[0].shape[0]}, {detector.path.name}")
    print(f"{'':24}{'CPU ms/frame':>14}{'ratio':>8}{'target':>8}")
    print(f"{'detector alone':24}{bare:14.2f}")
    print(f"{'video to tracks':24}{parsed:14.2f}{ratio:8.2f}{TARGET:8.2f}{'  MISSED' if ratio > TARGET else ''}")
    return int(ratio > TARGET)


def shown(film: Path) -> list[np.ndarray]:
    """The frames that are looked at, in memory."""
    with open_video(film) as video:
        return [frame.rgb for frame in video.frames(Fraction(0), Fraction(round(SECONDS)), Fraction(16))]


def cpu(work) -> float:
    """Processor seconds of some work."""
    begun = time.process_time()
    work()
    return time.process_time() - begun


if __name__ == "__main__":
    sys.exit(main())
