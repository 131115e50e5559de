"""What curation costs at four million tracks: python tests/bench/bench_curation.py [part ...]

Rows are generated: 4.1 million tracks of 64,000 videos and 1,200 classes, whose sizes fall as 1 / rank; and 1 % and
10 % of them. Each measurement is a process of its own: CPU seconds, and the peak of its memory as the kernel says.
"""

import hashlib
import math
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "scripts"))

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from framewright.study.job import compute_on_one_thread
from framewright.tracks.curation.options import Constraints, Subset
from framewright.tracks.curation.subsets import choose_all

TRACKS, VIDEOS, CLASSES, DIMENSIONS = 4_100_000, 64_000, 1_200, 128
RELAX = (0.8, 0.64, 0.512, 0.0)
DOCUMENTED = [
    *(Subset(f"{n}K", "random", max_tracks=1000 * n) for n in (82, 184, 259, 392)),
    *(Subset(f"CB{n}", max_per_class=n) for n in (100, 300, 500, 1000)),
    *(Subset(f"CB{n}-Tinf", max_per_class=n, temperature=math.inf) for n in (100, 300, 500, 1000)),
    *(Subset(f"Max{n}", "max_motion", max_per_class=n) for n in (100, 300, 500, 1000)),
    *(
        Subset(f"Moving{n}", max_per_class=n, constraints=Constraints(min_motion=1.0, relax=RELAX))
        for n in (100, 300, 500, 1000)
    ),
]


def main() -> int:
    if len(sys.argv) > 2 and sys.argv[1] == "step":
        return step(*sys.argv[2:])
    parts = sys.argv[1:] or list(PARTS)
    with tempfile.TemporaryDirectory(dir=os.environ.get("BENCH_FOLDER")) as name:
        for part in parts:
            print(f"\n{PARTS[part].__doc__}", flush=True)
            PARTS[part](Path(name))
    return 0


def measured(*arguments: object, threads: int = 1) -> dict[str, str]:
    """What a step in a process of its own prints, its CPU seconds and peak of memory among it."""
    environment = os.environ | {"OPENBLAS_NUM_THREADS": str(threads), "OMP_NUM_THREADS": str(threads)}
    command = [sys.executable, __file__, "step", *map(str, arguments)]
    lines = subprocess.check_output(command, env=environment, text=True).splitlines()
    return dict(line.split("=", 1) for line in lines)


def step(name: str, *arguments: str) -> int:
    """Do one step in this process, and print what it cost."""
    if os.environ.get("OMP_NUM_THREADS") == "1":
        compute_on_one_thread()
    for key, value in STEPS[name](*arguments).items():
        print(f"{key}={value}")
    peak = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())
    print(f"peak={int(peak[1]) / 2**20:.2f}")
    return 0


# ---- rows ----------------------------------------------------------------------------------------------------------


def write_rows(path: Path, count: int, videos: int) -> None:
    """An index without lines: ids, classes by 1 / rank, scores, motion (a twentieth not measured), boxes."""
    rng = np.random.default_rng(count)
    shares = 1 / np.arange(1, CLASSES + 1)
    classes = rng.choice(CLASSES, count, p=shares / shares.sum())
    ids = _hex_array(rng, count)
    owners = np.sort(rng.integers(0, videos, count)).astype(np.int32)
    motion = rng.gamma(1.2, 1.0, count).astype(np.float32)
    quality = rng.random(count).astype(np.float32)
    start = rng.uniform(0, 300, count)
    corner = rng.uniform(0, 0.5, (count, 2)).astype(np.float32)
    sides = rng.uniform(0.2, 0.5, (count, 2)).astype(np.float32)
    columns = {
        "video": pa.DictionaryArray.from_arrays(owners, [f"video-{k:05d}" for k in range(videos)]).cast(pa.string()),
        "track": ids,
        "reason": pa.nulls(count, pa.string()),
        "name": pa.DictionaryArray.from_arrays(classes.astype(np.int32), _names()).cast(pa.string()),
        "score": np.round(rng.random(count), 6),
        "start": start,
        "end": start + 5,
        "x1": corner[:, 0],
        "y1": corner[:, 1],
        "x2": corner[:, 0] + sides[:, 0],
        "y2": corner[:, 1] + sides[:, 1],
        "motion_q90": pa.array(motion, mask=rng.random(count) < 0.05),
        "quality": quality,
    }
    pq.write_table(pa.table(columns), path, compression="zstd", row_group_size=1 << 16)


def _names() -> list[str]:
    return [f"class {k:04d}" for k in range(CLASSES)]


def _hex_array(rng: np.random.Generator, count: int) -> pa.Array:
    digits = np.frombuffer(b"0123456789abcdef", np.uint8)[rng.integers(0, 16, 32 * count, np.uint8)]
    offsets = np.arange(0, 32 * count + 1, 32, dtype=np.int32)
    return pa.StringArray.from_buffers(count, pa.py_buffer(offsets), pa.py_buffer(digits))


# ---- choosing ------------------------------------------------------------------------------------------------------


def selecting(folder: Path) -> None:
    """All documented subsets from rows (target: 60 CPU-s, 4 GB; linear)."""
    print(f"{'tracks':>10}{'CPU-s':>9}{'reading':>9}{'GB':>7}{'us/track':>10}")
    for share in (0.01, 0.1, 1.0):
        count = round(TRACKS * share)
        write_rows(folder / f"{count}.parquet", count, max(1, round(VIDEOS * share)))
        got = measured("select", folder / f"{count}.parquet")
        cpu = float(got["cpu"])
        print(
            f"{count:10,}{cpu:9.2f}{float(got['read']):9.2f}{float(got['peak']):7.2f}{cpu / count * 1e6:10.2f}",
            flush=True,
        )


def select(path: str) -> dict[str, object]:
    from framewright.tracks.curation.index import candidates, read_index

    begun = time.process_time()
    table = read_index([path])
    tracks = candidates(table, np.zeros((len(table), 0), np.int8), np.zeros(len(table), bool))
    del table
    read = time.process_time()
    digest = hashlib.sha256()
    for subset, choice in choose_all(tracks, DOCUMENTED):
        digest.update(f"{subset.name} {len(choice.places)}\n".encode())
    return {"cpu": time.process_time() - begun, "read": read - begun, "digest": digest.hexdigest()}


PARTS: dict[str, Callable[[Path], None]] = {"selecting": selecting}
STEPS: dict[str, Callable[..., dict[str, object]]] = {"select": select}

if __name__ == "__main__":
    sys.exit(main())
