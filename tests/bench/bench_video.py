"""What reading costs beyond decoding, and what memory a long film takes: python tests/bench/bench_video.py

The film is made here. Processor time is the least of several rounds, theirs and ours in turn, so that other work on the
machine weighs on both.
"""

import os
import subprocess
import sys
import tempfile
import time
from fractions import Fraction
from pathlib import Path

import av
import numpy as np

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "scripts"))

from framewright.video.encode import Writer
from framewright.video.stream import open_video

ROUNDS = 5
READ = """
import resource
from pathlib import Path
from framewright.video.stream import open_video
with open_video({path!r}) as video:
    for frame in video.frames():
        frame.rgb
status = Path("/proc/self/status")  # getrusage of a fresh process still holds the peak of the one that made it
if status.exists():
    print(int(status.read_text().split("VmHWM:")[1].split()[0]) / 1024)
else:
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2)
"""


def main() -> int:
    with tempfile.TemporaryDirectory() as folder:
        film = make_film(Path(folder) / "720p.mp4", (1280, 720), frames=200)
        ours, theirs = (
            min(times)
            for times in zip(*((cpu(read_ours, film), cpu(read_theirs, film)) for _ in range(ROUNDS)), strict=True)
        )
        minute = make_film(Path(folder) / "minute.mp4", (160, 90), frames=1500)
        hour = repeat(minute, Path(folder) / "hour.mp4", times=60)
        short, long = peak_memory(minute), peak_memory(hour)
    rows = [
        ("upright 720p to RGB, CPU ms per frame", ours * 5, theirs * 5, "bare PyAV", 1.15),
        ("peak memory of a 60-minute video, MiB", long, short, "1-minute video", 1.10),
    ]
    print(f"{'':42}{'ours':>9}{'against':>9}  {'':16}{'ratio':>6}{'target':>8}")
    for what, value, other, name, target in rows:
        verdict = "" if value / other <= target else "  MISSED"
        print(f"{what:42}{value:9.2f}{other:9.2f}  {name:16}{value / other:6.2f}{target:8.2f}{verdict}")
    return int(any(value / other > target for _, value, other, _, target in rows))


def read_ours(path: Path) -> None:
    with open_video(path) as video:
        for frame in video.frames():
            frame.rgb  # noqa: B018 (looking is what is measured)


def read_theirs(path: Path) -> None:
    with av.open(str(path)) as container:
        container.streams.video[0].thread_type = "AUTO"
        for frame in container.decode(video=0):
            frame.to_ndarray(format="rgb24")


def cpu(read, path: Path) -> float:
    """Processor seconds that reading takes, all threads together."""
    began = time.process_time()
    read(path)
    return time.process_time() - began


def peak_memory(path: Path) -> float:
    """MiB that a fresh process holds at most while it reads a whole video."""
    environment = os.environ | {"PYTHONPATH": str(ROOT / "scripts")}
    return float(subprocess.check_output([sys.executable, "-c", READ.format(path=str(path))], env=environment))


def make_film(path: Path, size: tuple[int, int], frames: int) -> Path:
    """Blurred noise that drifts, 25 frames per second: about as hard to decode as a camera's picture."""
    width, height = size
    coarse = np.random.default_rng(0).integers(0, 256, (height // 8 + 1, width // 8 + 60, 3), np.uint8)
    wide = np.kron(coarse, np.ones((8, 8, 1), np.uint8))
    with Writer(path, size, Fraction(25), crf=20, preset="veryfast", gop=50) as writer:
        for index in range(frames):
            shift = 3 * index % 400
            writer.add(np.ascontiguousarray(wide[:height, shift : shift + width]))
    return path


def repeat(source: Path, target: Path, times: int) -> Path:
    """The same video `times` times in a row, its packets copied."""
    with av.open(str(source)) as film, av.open(str(target), "w") as output:
        packets = [packet for packet in film.demux(video=0) if packet.size]
        stream = output.add_stream_from_template(film.streams.video[0])
        length = sum(packet.duration for packet in packets)
        positions = [(packet.pts, packet.dts) for packet in packets]
        for turn in range(times):
            for packet, (pts, dts) in zip(packets, positions, strict=True):
                packet.pts, packet.dts, packet.stream = pts + turn * length, dts + turn * length, stream
                packet.time_base = film.streams.video[0].time_base
                output.mux(packet)
    return target


if __name__ == "__main__":
    sys.exit(main())
