"""What a sample with transients costs, against the origin's way: python tests/bench/bench_persistence.py

The whole way of a sample, from a base set on disk to a dataset on the same disk, in one process without its imports.
The origin's way is a minimal version of our own: load a float32 tensor, draw discs pixel by pixel, save tensor and
JSON. Processor time is the least of several rounds, theirs and ours in turn.
"""

import gc
import json
import os
import random
import sys
import tempfile
import time
from pathlib import Path

import torch

sys.path.insert(0, str(Path(__file__).parents[2] / "scripts"))

from framewright.persistence.base import render_base_clips
from framewright.persistence.shard import Account, augment_shard
from framewright.persistence.specs import BaseSpec, Variant
from framewright.persistence.store import Clips, write_clips

SAMPLES, ROUNDS = 300, 3
CLAIMED = 115.85  # samples a second, says the origin's document


def main() -> int:
    torch.set_num_threads(1)
    gc.freeze()  # as every job does
    with tempfile.TemporaryDirectory(dir=Path.cwd()) as folder:
        place = Path(folder)
        write_clips(place / "hdf5", "traj", "0000", "hdf5", render_base_clips(BaseSpec(), 0, range(SAMPLES)))
        write_clips(place / "pt", "traj", "0000", "pt", render_base_clips(BaseSpec(), 0, range(SAMPLES)))
        ways = {
            "origin": lambda to: origin(place / "pt", to),
            **{storage: (lambda to, s=storage: ours(place / "hdf5", to, s)) for storage in ("pt", "pt-uint8", "hdf5")},
        }
        best = {name: [float("inf")] * 2 for name in ways}
        for turn in range(ROUNDS):
            for name, way in ways.items():
                taken = measure_frames(way, place / f"{name}-{turn}")
                best[name] = [min(pair) for pair in zip(best[name], taken, strict=True)]
        sizes = {name: size_of(place / f"{name}-0") / SAMPLES for name in ways}
        disk = write_rate(place / "block", SAMPLES, round(sizes["pt"]))
    print(f"{'way':10}{'samples/s':>11}{'CPU ms each':>13}{'kB each':>9}{'ratio':>8}{'target':>8}")
    missed = 0
    for name, target in (("origin", 0), ("pt", 0), ("pt-uint8", 3), ("hdf5", 10)):
        wall, cpu = best[name]
        ratio = best["origin"][1] / cpu
        missed += ratio < target
        verdict = "  MISSED" if ratio < target else ""
        print(
            f"{name:10}{SAMPLES / wall:11.0f}{1000 * cpu / SAMPLES:13.3f}{sizes[name] / 1000:9.1f}{ratio:8.2f}"
            f"{target or '':>8}{verdict}"
        )
    rate = sizes["pt"] * SAMPLES / best["pt"][0]
    print(
        f"float32: {rate / 1e6:.0f} MB/s, {rate / disk:.0%} of the {disk / 1e6:.0f} MB/s that plain writes reach here;"
    )
    print(f"{SAMPLES / best['pt'][0] / CLAIMED:.1f} times the {CLAIMED} samples/s that the document claims")
    return int(missed > 0)


def measure_frames(way, target: Path) -> tuple[float, float]:
    """Wall and processor seconds of one way."""
    os.sync()
    wall, cpu = time.perf_counter(), time.process_time()
    way(target)
    return time.perf_counter() - wall, time.process_time() - cpu


def ours(base: Path, target: Path, storage: str) -> None:
    clips = augment_shard(Clips(base, "traj"), Variant(), "default", 0, Account())
    write_clips(target, "augmented_traj", "0000", storage, clips)


def origin(base: Path, target: Path) -> None:
    """Load, draw, save: one sample after the other, one pixel after the other."""
    target.mkdir()
    for path in sorted(base.glob("*.pt")):
        video = torch.load(path, weights_only=True).clone()
        metadata = json.loads(path.with_suffix(".json").read_text())
        details = []
        for _ in range(random.randint(1, 6)):
            duration = random.randint(1, 3)
            first = random.randint(0, 32 - duration)
            start = [random.uniform(-0.8, 0.8) for _ in range(3)]
            for frame in range(first, first + duration):
                draw(video[frame], *start)
            details.append({"start_frame": first, "duration": duration, "start_position": start})
        metadata |= {"num_transients": len(details), "transient_details": details, "augmented": True}
        torch.save(video, target / f"augmented_{path.name}")
        (target / f"augmented_{path.stem}.json").write_text(json.dumps(metadata, indent=2))


def draw(frame: torch.Tensor, x: float, y: float, z: float) -> None:
    """A disc, as documented."""
    across, down = int((x + 1) * 32), int((y + 1) * 32)
    radius = max(2, int(3.2 * (1.5 - (z + 1) / 2)))
    colour = torch.tensor([0.9, 0.3, 0.3])
    for dy in range(-radius, radius + 1):
        for dx in range(-radius, radius + 1):
            if dx * dx + dy * dy <= radius * radius and 0 <= across + dx < 64 and 0 <= down + dy < 64:
                frame[:, down + dy, across + dx] = colour


def size_of(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.iterdir())


def write_rate(path: Path, count: int, size: int) -> float:
    """Bytes a second that plain writes of as many files of this size reach."""
    path.mkdir()
    block = os.urandom(size)
    os.sync()
    began = time.perf_counter()
    for number in range(count):
        (path / f"{number}").write_bytes(block)
    return count * size / (time.perf_counter() - began)


if __name__ == "__main__":
    sys.exit(main())
