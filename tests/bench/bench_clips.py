"""What clips of tracks cost against an FFmpeg process for each, and their memory: python tests/bench/bench_clips.py

The film is made here: photographs that a camera moves over, with its noise, in 720p, as x264 writes it when told
nothing. Both sides cut 24 clips of 256 x 256 pixels and 48 frames out of it with x264 at the same preset, quality, and
distance of key frames; FFmpeg seeks to each clip, cuts a window that stands still, and looks at nothing again, which is
less than ours do. Processor time is the least of two rounds.
"""

import os
import resource
import subprocess
import sys
import tempfile
from pathlib import Path

import cv2
import imageio_ffmpeg
import numpy as np
from skimage.data import astronaut, chelsea, coffee

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT / "scripts"), str(ROOT / "tests" / "bench")]

from bench_video import make_film, repeat

from framewright.tracks.clips.extract import DEFAULTS, extract
from framewright.tracks.meta import new_track, write_tracks
from framewright.video.encode import Writer

CLIPS, FRAMES, RATE, ROUNDS = 24, 48, 25, 2
SIZE = (1280, 720)
EXTRACT = """
import sys
from pathlib import Path
from framewright.study import job
from framewright.tracks.clips.extract import extract
from framewright.tracks.meta import read_tracks
job.compute_on_one_thread()
folder = Path(sys.argv[3])
folder.mkdir()
made = extract(sys.argv[1], list(read_tracks(sys.argv[2])), folder)
assert all(not clip.reason for clip in made), [clip for clip in made if clip.reason][:1]
print(int(Path("/proc/self/status").read_text().split("VmHWM:")[1].split()[0]) / 1024)
"""


def main() -> int:
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        film = photographs(folder / "720p.mp4", frames=264)
        windows = [(38 * k % 900, 17 * k % 400, 9 * k) for k in range(CLIPS)]  # left, top, first frame
        rounds = [(cpu_ours(film, windows, folder), cpu_theirs(film, windows, folder)) for _ in range(ROUNDS)]
        ours, theirs = map(min, zip(*rounds, strict=True))
        minute = make_film(folder / "minute.mp4", (320, 180), frames=1500)
        hour = repeat(minute, folder / "hour.mp4", times=60)
        few = memory(minute, [(100, 60, 20.0 * k, 3.0) for k in range(3)], folder, (60, 60))
        late = memory(hour, [(100, 60, 1200.0 * k, 3.0) for k in range(3)], folder, (60, 60), "late")
        many = memory(hour, [(100, 60, 20.0 * k, 3.0) for k in range(180)], folder, (60, 60))
        alive = memory(
            film, [(45 * (k % 20), 40 * (k // 20), 0.04 * (k % 7), 2.0) for k in range(200)], folder, (256, 256)
        )
    rows = [
        ("24 clips by FFmpeg, CPU ms per clip", theirs, ours, "ours", 5.0, "at least"),
        ("3 clips out of 60 minutes, MiB", late, few, "out of 1 minute", 1.25, "at most"),
        ("180 clips out of 60 minutes, MiB", many, 256, "a quarter GiB", 1.0, "at most"),
        ("200 clips of 256x256 at once, MiB", alive, 1536, "1.5 GiB", 1.0, "at most"),
    ]
    print(f"{'':42}{'':>9}{'against':>9}  {'':16}{'ratio':>6}  target")
    missed = 0
    for what, value, other, name, target, sense in rows:
        good = value / other >= target if sense == "at least" else value / other <= target
        missed += not good
        verdict = "" if good else "  MISSED"
        print(f"{what:42}{value:9.1f}{other:9.1f}  {name:16}{value / other:6.2f}  {sense} {target}{verdict}")
    return int(missed > 0)


def photographs(path: Path, frames: int) -> Path:
    """A camera that moves over a wall of photographs."""
    tall = [
        cv2.resize(photo, None, fx=780 / len(photo), fy=780 / len(photo))
        for photo in (coffee(), astronaut(), chelsea())
    ]
    wall, noise = np.hstack(tall), np.random.default_rng(0)
    grain = noise.normal(0, 3, (SIZE[1], SIZE[0] + 200, 1)).astype(np.int16)
    with Writer(path, SIZE, RATE, crf=20, preset="veryfast") as writer:
        for index in range(frames):
            left, top, start = 4 * index, round(30 + 25 * np.sin(index / 20)), int(noise.integers(200))
            picture = wall[top : top + SIZE[1], left : left + SIZE[0]] + grain[:, start : start + SIZE[0]]
            writer.add(np.clip(picture, 0, 255).astype(np.uint8))
    return path


def cpu() -> float:
    """Processor seconds so far, of this process and of those that it waited for."""
    return sum(
        used.ru_utime + used.ru_stime
        for used in (resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN))
    )


def cpu_ours(film: Path, windows: list[tuple[int, int, int]], folder: Path) -> float:
    """CPU milliseconds per clip, its duplicates looked for, and opened again and decoded, included."""
    tracks = [
        moving(left, top, first / RATE, (FRAMES - 1) / RATE, (256, 256), drift=10) for left, top, first in windows
    ]
    began = cpu()
    made = extract(film, tracks, folder)
    spent = cpu() - began
    assert {(clip.frames, clip.size, clip.reason) for clip in made} == {(FRAMES, (256, 256), "")}
    return spent / len(windows) * 1000


def cpu_theirs(film: Path, windows: list[tuple[int, int, int]], folder: Path) -> float:
    """CPU milliseconds per clip of one FFmpeg process for each."""
    began = cpu()
    for left, top, first in windows:
        command = [
            imageio_ffmpeg.get_ffmpeg_exe(),
            "-nostdin",
            "-v",
            "error",
            "-y",
            "-ss",
            str(first / RATE),
            "-i",
            str(film),
        ]
        command += ["-frames:v", str(FRAMES), "-vf", f"crop=250:250:{left}:{top},scale=256:256:flags=bicubic", "-an"]
        command += ["-c:v", "libx264", "-preset", DEFAULTS.preset, "-crf", str(DEFAULTS.crf), "-bf", "0", "-g", "12"]
        subprocess.run([*command, "-threads", "1", str(folder / "theirs.mp4")], check=True)
    return (cpu() - began) / len(windows) * 1000


def moving(left: float, top: float, start: float, seconds: float, size: tuple[int, int], drift: float = 0):
    """A track of a box that drifts to the right, in pixels per second."""
    times = start + np.arange(int(seconds * 16) + 1) / 16
    times = np.append(times[times < start + seconds - 0.01], start + seconds)
    x = left + drift * (times - start)
    boxes = np.stack([x, x * 0 + top, x + size[0], x * 0 + top + size[1]], axis=1)
    return new_track("film", (0, 0), times, boxes, [0], ["thing"])


def memory(
    film: Path, places: list[tuple[int, int, float, float]], folder: Path, size: tuple[int, int], name: str = ""
) -> float:
    """MiB that a fresh process holds at most while it cuts clips at (left, top, start, seconds) out of a film."""
    tracks, clips = folder / "tracks.gzip", folder / f"clips{name}{len(places)}"
    write_tracks(tracks, [moving(*place, size) for place in places])
    environment = os.environ | {"PYTHONPATH": str(ROOT / "scripts")}
    command = [sys.executable, "-c", EXTRACT, str(film), str(tracks), str(clips)]
    return float(subprocess.check_output(command, env=environment))


if __name__ == "__main__":
    sys.exit(main())
