"""What reading clips for training costs beyond decoding them: python tests/bench/bench_loading.py

The clips are made here. Processor time is the least of several rounds, all ways in turn, so that other work on the
machine weighs on each. Decoding alone is bare PyAV: open, seek, decode to the last picture of the window, convert the
pictures that the window has.
"""

import io
import sys
import tempfile
import time
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import av
import numpy as np

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "scripts"))

from framewright.exports.reader import ShardedSamples
from framewright.exports.shards import Sample, write_shards
from framewright.study.rows import write_rows
from framewright.tracks.clips.extract import extract
from framewright.tracks.clips.options import ClipSettings
from framewright.tracks.dataset import TrackClips
from framewright.tracks.meta import new_track
from framewright.tracks.row_columns import COLUMNS
from framewright.tracks.rows import make_row
from framewright.video.encode import Writer
from framewright.video.window import find_decoder_class

ROUNDS, CLIPS, SECONDS, FRAMES = 7, 24, 3, 16


def main() -> int:
    with tempfile.TemporaryDirectory() as folder:
        results = make_clips(Path(folder))
        clips = TrackClips(results, frames=FRAMES, decoder="pyav")
        paths = [row.path for row in clips.rows]
        write_shards(Path(folder) / "shards", [Sample(path.stem, "train", {"mp4": path}) for path in paths])
        shards = ShardedSamples(Path(folder) / "shards")
        ways: dict[str, Callable[[int], object]] = {
            "alone": lambda k: decode(str(paths[k])),
            "clips": clips.__getitem__,
            "shards": lambda k: decode(io.BytesIO(shards[k]["mp4"])),
            "file": lambda k: paths[k].read_bytes(),
            "sample": lambda k: shards[k]["mp4"],
        }
        if find_decoder_class() is not None:
            ways["torchcodec"] = TrackClips(results, frames=FRAMES, decoder="torchcodec").__getitem__
        rounds = [[measure(way) for way in ways.values()] for _ in range(ROUNDS)]
        costs = dict(zip(ways, np.min(rounds, axis=0) * 1000 / CLIPS, strict=True))
    rows = [
        ("TrackClips, PyAV, a window of 16 pictures", "clips", "alone", 1.20),
        ("a shard's sample, decoded", "shards", "alone", 1.20),
        ("a shard's sample, its bytes", "sample", "file", 1.20),
    ]
    rows += [("TrackClips, torchcodec", "torchcodec", "alone", 1.20)] if "torchcodec" in costs else []
    names = {"alone": "decoding alone", "file": "a plain file"}
    print(f"{'CPU ms a clip':44}{'ours':>9}{'against':>9}  {'':16}{'ratio':>6}{'target':>8}")
    for what, ours, theirs, target in rows:
        ratio = costs[ours] / costs[theirs]
        verdict = "" if ratio <= target else "  MISSED"
        print(f"{what:44}{costs[ours]:9.3f}{costs[theirs]:9.3f}  {names[theirs]:16}{ratio:6.2f}{target:8.2f}{verdict}")
    if "torchcodec" not in costs:
        print("torchcodec can't be loaded here: not measured")
    return int(any(costs[ours] / costs[theirs] > target for _, ours, theirs, target in rows))


def measure(way: Callable[[int], object]) -> float:
    """Processor seconds that all clips take, all threads together."""
    began = time.process_time()
    for number in range(CLIPS):
        way(number)
    return time.process_time() - began


def decode(file: object) -> np.ndarray:
    """The middle window of a clip, (T, H, W, 3) uint8, as bare PyAV gives it."""
    with av.open(file) as container:
        stream = container.streams.video[0]
        unit, length = stream.time_base, float(stream.duration * stream.time_base)
        stream.codec_context.thread_count = 1
        start = max(0.0, length - FRAMES / 16) / 2
        container.seek(int(Fraction(start) / unit), stream=stream)
        found, wanted, shown = [], start, None
        for frame in container.decode(stream):
            while shown is not None and len(found) < FRAMES and wanted < float(frame.pts * unit) - 1e-6:
                found.append(shown.to_ndarray(format="rgb24"))
                wanted += 1 / 16
            if len(found) == FRAMES:
                break
            shown = frame
        return np.stack(found)


def make_clips(folder: Path) -> Path:
    """Results with clips of 224x224 at 25 frames per second, cut out of a film of blurred noise that drifts."""
    film, results = folder / "film.mp4", folder / "results"
    coarse = np.random.default_rng(0).integers(0, 256, (65, 200, 3), np.uint8)
    wide = np.kron(coarse, np.ones((8, 8, 1), np.uint8))
    with Writer(film, (896, 448), Fraction(25), crf=20, preset="veryfast", gop=50) as writer:
        for index in range(25 * 3 * (SECONDS + 1)):
            writer.add(np.ascontiguousarray(wide[:448, 2 * index : 2 * index + 896]))
    times = np.arange(16 * SECONDS) / 16
    tracks = []
    for number in range(CLIPS):  # eight places beside each other, then the same ones later
        left, top, later = 224.0 * (number % 4), 224.0 * (number // 4 % 2), number // 8 * (SECONDS + 0.5)
        boxes = np.tile([left, top, left + 224, top + 224], (len(times), 1))
        tracks.append(new_track("film", (896, 448), times + later, boxes, [0], ["thing"], np.full((4, 1), 0.5)))
    (results / "clips/film").mkdir(parents=True)
    cut = extract(film, tracks, results / "clips/film", ClipSettings())
    rows = []
    for track, clip in zip(tracks, cut, strict=True):
        row = make_row(track, b"", clip, {}, "Own")
        (path,) = (results / "clips/film").rglob(Path(track.fn).name)
        rows.append(row | {"path": path.relative_to(results).as_posix()})
    (results / "rows").mkdir()
    write_rows(results / "rows/0-of-1.parquet", COLUMNS, rows, {})
    return results


if __name__ == "__main__":
    sys.exit(main())
