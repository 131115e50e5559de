"""What moving digits cost against the origin's way of making and storing them: python tests/bench/bench_videomnist.py

The origin's way, in a minimal version: scipy's affine_transform of order 1 for each frame, the whole array in memory,
gzip level 4 in the chunks that h5py chooses. Processor time is the least of several rounds, theirs and ours in turn, so
that other work on the machine weighs on both. Two floors are measured beside: the bytes of the videos moved through the
memory once, and these bytes packed and written by the same libraries, without anything drawn or measured. Digits are
scikit-learn's, or MNIST's from the folder given as argument.
"""

import subprocess
import sys
import tempfile
import time
from pathlib import Path

import cv2
import h5py
import numpy as np
from isal import isal_zlib
from scipy.ndimage import affine_transform
from threadpoolctl import threadpool_limits

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "scripts"))

from framewright.videomnist.clip_spec import ClipSpec
from framewright.videomnist.contract import check_files, read_records
from framewright.videomnist.digit_files import find_files
from framewright.videomnist.digits import gather, load_embedded
from framewright.videomnist.render import draw, prepare_glyphs
from framewright.videomnist.shard import BATCH, write_shard
from framewright.videomnist.store import GREY, LEVEL, PACKING, RGB, Shape, merge

ROUNDS, VIDEOS, READS, FRAMES = 3, 1000, 200, 16
SPEC = ClipSpec(64, 0.1, 2.5, FRAMES + 1, ("bounce", "circular", "linear"), (2, 5), 10)
PEAK = """
import sys
from pathlib import Path
sys.path.insert(0, {scripts!r})
from framewright.videomnist.digits import load_embedded
from framewright.videomnist.clip_spec import ClipSpec
from framewright.videomnist.shard import BATCH, write_shard
from framewright.videomnist.store import RGB, Shape, merge
spec = ClipSpec(64, 0.1, 2.5, 17, ("bounce",), (2, 5), 10)
write_shard(Path({part!r}), load_embedded()["train"], spec, 0, "train", range({videos}))
merge(Path({part!r} + ".whole"), RGB, {{"train": [{part!r}], "test": [{part!r}]}}, {{}}, Shape(16, 64))
status = Path("/proc/self/status").read_text()
print(int(status.split("VmHWM:")[1].split()[0]) / 1024)
"""


def main() -> int:
    cv2.setNumThreads(1)
    threadpool_limits(1)  # as jobs do
    digits = gather("a folder", find_files(sys.argv[1])) if len(sys.argv) > 1 else load_embedded()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        rounds = [_round(folder, digits) for _ in range(ROUNDS)]
        theirs, grey, both = map(min, zip(*rounds, strict=True))
        slow = min(cpu(read, folder / "theirs.h5") for _ in range(ROUNDS))
        fast = min(cpu(read, folder / "grey.h5") for _ in range(ROUNDS))
        small, large = peak(folder, 500), peak(folder, 2000)
        bare = min(cpu(draw_alone, digits) for _ in range(ROUNDS))
        moved, packed = map(min, zip(*(floors(folder) for _ in range(ROUNDS)), strict=True))
        kibibytes = (folder / "grey.h5").stat().st_size / 2**10 / VIDEOS
    rows = [
        ("documented layout with contract, videos a CPU-s", VIDEOS / grey, VIDEOS / theirs, 8, True),
        ("both layouts with contract, videos a CPU-s", VIDEOS / both, VIDEOS / theirs, 4, True),
        ("random reads of one video, a CPU-s", READS / fast, READS / slow, 30, True),
        ("peak memory of 2,000 videos over 500, MiB", large, small, 1.1, False),
    ]
    print(f"{'':52}{'ours':>10}{'against':>10}{'ratio':>8}{'target':>8}")
    missed = False
    for what, ours, other, target, more in rows:
        ratio = ours / other
        good = ratio >= target if more else ratio <= target
        missed |= not good
        print(f"{what:52}{ours:10.0f}{other:10.0f}{ratio:8.2f}{target:8.1f}{'' if good else '  MISSED'}")
    bandwidth = VIDEOS * FRAMES * 64 * 64 / moved / 2**30
    print(f"{'documented layout':52}{1e6 * grey / VIDEOS:10.1f} CPU-us a video, {kibibytes:.1f} KiB in the file")
    floor = f"moving 64 KiB once, at {bandwidth:.1f} GiB/s"
    for what, seconds in (("drawing alone", bare), ("packing and writing alone", packed), (floor, moved)):
        print(
            f"{what:52}{1e6 * seconds / VIDEOS:10.1f} CPU-us a video: the layout takes {grey / seconds:.1f} times that"
        )
    return int(missed)


def _round(folder: Path, digits) -> tuple[float, float, float]:
    return (
        cpu(make_theirs, folder, digits["train"].images),
        cpu(make_ours, folder, digits, (GREY,)),
        cpu(make_ours, folder, digits, (GREY, RGB)),
    )


def cpu(work, *arguments) -> float:
    """Processor seconds that a call takes."""
    began = time.process_time()
    work(*arguments)
    return time.process_time() - began


def make_ours(folder: Path, digits, layouts: tuple[str, ...]) -> None:
    """Draw, measure every frame, pack and merge; where both layouts are made, check all of the contract."""
    parts = {}
    for split, videos in (("train", VIDEOS), ("test", 10)):
        part = folder / f"{split}.part.h5"
        write_shard(part, digits[split], SPEC, 0, split, range(videos), layouts)
        parts[split] = [part]
    about = {"n_classes": 10}
    for layout in layouts:
        merge(folder / f"{layout}.h5", layout, parts, about, Shape(FRAMES, 64))
    if len(layouts) == 2:
        made = {split: read_records(own) for split, own in parts.items()}
        found = check_files(folder / "grey.h5", folder / "rgb.h5", made, digits, SPEC)
        assert all(own.ok for own in found), found


def make_theirs(folder: Path, images: np.ndarray) -> None:
    """The origin's trajectories and transforms, everything in one array, then one compressed dataset."""
    rng, frames = np.random.default_rng(0), []
    for index in range(VIDEOS):
        canvas = np.zeros((64, 64), np.uint8)
        canvas[18:46, 18:46] = images[index % len(images)]
        motion = rng.integers(3)
        for frame in range(FRAMES):
            x, y = their_path(motion, rng)
            angle = np.radians(rng.uniform(-10, 10)) if frame % 10 == 0 else 0.0
            scale = 1 + rng.uniform(-0.1, 0.1) if frame % 15 == 0 else 1.0
            turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]) * scale
            offset = (y[frame] - 18, x[frame] - 18)
            frames.append(affine_transform(canvas, turn, offset, order=1, mode="constant", cval=0))
    data = np.array(frames, np.uint8)
    with h5py.File(folder / "theirs.h5", "w") as file:
        file.create_dataset("train_data", data=data, compression="gzip", compression_opts=4)
        file["train_idx"] = np.arange(VIDEOS) * FRAMES


def their_path(motion: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """x and y of all frames, computed anew for each frame as the origin does."""
    if motion == 0:
        return np.linspace(5, 31, FRAMES), 5 + np.abs(np.sin(np.linspace(0, 4 * np.pi, FRAMES))) * 31
    if motion == 1:
        turn = np.linspace(0, 2 * np.pi, FRAMES)
        return 18 + 12 * np.cos(turn), 18 + 12 * np.sin(turn)
    line = np.linspace(5, 31, FRAMES)
    return tuple(np.clip(line + rng.normal(0, 1, FRAMES), 5, 31) for _ in range(2))


def read(path: Path) -> None:
    """Videos at random places, one at a time."""
    with h5py.File(path) as file:
        for index in np.random.default_rng(0).integers(0, VIDEOS, READS):
            file["train_data"][index * FRAMES : (index + 1) * FRAMES]


def draw_alone(digits) -> None:
    images = digits["train"].images
    for first in range(0, VIDEOS, BATCH):
        batch = range(first, min(first + BATCH, VIDEOS))
        draw(prepare_glyphs(images[[index % len(images) for index in batch]], SPEC), SPEC, 0, "train", batch)


def floors(folder: Path) -> tuple[float, float]:
    """Processor seconds to move the videos' bytes once, and to pack and write them."""
    with h5py.File(folder / "grey.h5") as file:
        data = file["train_data"][()].reshape(-1, FRAMES, 64, 64)
    return cpu(np.copyto, np.ones_like(data), data), cpu(_pack, folder / "floor.h5", data)


def _pack(path: Path, data: np.ndarray) -> None:
    with h5py.File(path, "w") as file:
        shape = {"shape": (data.shape[0] * FRAMES, 64, 64), "chunks": data.shape[1:]}
        written = file.create_dataset("train_data", dtype=np.uint8, **shape, **PACKING)
        for index, video in enumerate(data):
            written.id.write_direct_chunk((index * FRAMES, 0, 0), isal_zlib.compress(video, LEVEL))


def peak(folder: Path, videos: int) -> float:
    """MiB that a fresh process holds at most while it draws, measures, packs and merges so many videos."""
    script = PEAK.format(scripts=str(ROOT / "scripts"), part=str(folder / "peak.h5"), videos=videos)
    return float(subprocess.check_output([sys.executable, "-c", script]))


if __name__ == "__main__":
    sys.exit(main())
