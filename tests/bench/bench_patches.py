"""What cutting patches costs against the origin's way, film by film: python tests/bench/bench_patches.py

The origin's way, in a minimal version: for each window one ffmpeg process that seeks and sends 7 frames through the
documented chain into PNG files, which are read back; nothing is checked, cropped or written. Ours are jobs, two at a
time, with everything that they do, their start included. Films are drawn here: a camera that moves, with grain. Windows
lie 58 frames apart, as 3,000 of them do in a film of two hours. A window of ours becomes one patch; the origin's gives
one to each category of the film, so that both ratios are printed. What a forecast assumes is measured as well.
"""

import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from fractions import Fraction
from pathlib import Path

import av
import cv2
import imageio_ffmpeg
import numpy as np

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT / "scripts"), str(ROOT / "tests")]

from make_film import probe_film, texture

from framewright.patches.film import QualityLimits
from framewright.patches.formats import SCALE, STACKS
from framewright.patches.plan import Frames
from framewright.patches.record import make_plan, write_frames, write_plan
from framewright.patches.settings import read_categories
from framewright.patches.view import Rendering
from framewright.study import config
from framewright.video.colour import Colour
from framewright.video.encode import Writer

RATE, STRIDE, CORES = 24, 58, 2
CHEAPER, FASTER, MEBIBYTES = 2.5, 4.0, 1536
COPIES = 1 + sum(map(len, STACKS.values())) / SCALE**2  # pixels of all files of a patch for each sharp one
SETTINGS = config.complete({}, ROOT / "config/schemas")[0]["patches"]
CHAIN = (
    "zscale=t=linear:npl=100,format=gbrpf32le,zscale=p=bt709,tonemap=tonemap=mobius,"
    "zscale=t=bt709:m=bt709,format=yuv420p,scale=1920:1080:flags=lanczos"
)
HDR10 = Colour("bt2020", "smpte2084", "bt2020nc", "tv")
JOB = """
import sys
import time
from pathlib import Path
from framewright.study import config
from framewright.study.job import compute_on_one_thread
from framewright.patches import cut
from framewright.patches.record import read_frames, read_plan
from framewright.patches.settings import compose_cut
compute_on_one_thread()
film, plan, schemas, part = Path(sys.argv[1]), Path(sys.argv[2]), Path(sys.argv[3]), int(sys.argv[4])
planned = read_plan(plan / "plan.json")
settings = cut.load_settings(compose_cut(config.complete({}, schemas)[0]["patches"], 0, False))
(plan / f"{part}").mkdir()
decoding, read = [], cut.read_windows
def watched(*arguments):
    windows, began = read(*arguments), time.process_time()
    for window in windows:
        decoding.append(time.process_time() - began)
        yield window
        began = time.process_time()
cut.read_windows, began = watched, time.process_time()
patches, _ = cut.cut_part(
    film, planned.film, read_frames(plan / "frames.npz"), planned.parts[part], settings, plan / f"{part}"
)
cutting = time.process_time() - began - sum(decoding)
pixels = sum((box[2] - box[0]) * (box[3] - box[1]) for box in (patch.crop for patch in patches))
status = Path("/proc/self/status")
peak = int(status.read_text().split("VmHWM:")[1].split()[0]) / 1024 if status.exists() else 0
print(len(patches), peak, sum(decoding), cutting, pixels)
"""


def main() -> int:
    cv2.setNumThreads(1)
    missed = False
    with tempfile.TemporaryDirectory() as name:
        for film in (long_film(Path(name)), hdr_film(Path(name))):
            missed |= compare(film)
            film.unlink()
    return int(missed)


def compare(film: Path) -> bool:
    """Print what ours and theirs take for a window of the film; returns whether a target is missed."""
    folder = film.parent / film.stem
    folder.mkdir()
    parts, firsts, frames = planned(film, folder)
    begun = cpu(), time.monotonic()
    with ThreadPoolExecutor(CORES) as jobs:
        told = list(jobs.map(lambda part: cut(film, folder, part), range(parts)))
    ours = [(now - then) / len(firsts) for now, then in zip((cpu(), time.monotonic()), begun, strict=True)]
    few = firsts[1::3][:2]
    begun = cpu(), time.monotonic()
    for first in few:
        extract(film, frames.time(first), folder / "frames")
    theirs = [(now - then) / len(few) for now, then in zip((cpu(), time.monotonic()), begun, strict=True)]
    made, decoding, cutting, pixels = (sum(float(own[place]) for own in told) for place in (0, 2, 3, 4))
    peak, pixels = max(float(own[1]) for own in told), pixels * COPIES
    print(f"{said(film)}; {made:.0f} patches of {len(firsts)} windows, {len(few)} of them their way")
    sizes = sum(path.stat().st_size for path in folder.rglob("patch_*.png"))
    rows = [
        ("processor seconds a window", theirs[0], ours[0], CHEAPER, theirs[0] / ours[0] >= CHEAPER),
        (f"seconds a window, {CORES} jobs and 1 process", theirs[1], ours[1], FASTER, theirs[1] / ours[1] >= FASTER),
    ]
    for what, other, own, target, good in rows:
        ratio = f"{other / own:6.1f} times, target {target}"
        print(f"  {what:42}theirs {other:6.2f}  ours {own:6.2f}  {ratio}{'' if good else '  MISSED'}")
    # The origin gives a patch to each category of a film for every extraction: one to three for its films.
    for categories in (1, 2, 3):
        other, own = theirs[0] / categories, ours[0] * len(firsts) / made
        what = f"processor seconds a patch, categories: {categories}"
        print(f"  {what:42}theirs {other:6.2f}  ours {own:6.2f}  {other / own:6.1f} times")
    light = peak < MEBIBYTES
    print(f"  {'peak memory of a job, MiB':42}{peak:26.0f}  target {MEBIBYTES}{'' if light else '  MISSED'}")
    print(
        f"  for forecasts: {decoding / made:.2f} CPU-s of decoding a window, {cutting / pixels * 1e6:.2f} of the rest "
        f"a megapixel of all files, {sizes / pixels:.2f} bytes a pixel"
    )
    return not (all(good for *_, good in rows) and light and made == len(firsts))


def planned(film: Path, folder: Path) -> tuple[int, list[int], Frames]:
    """Write the plan of a film; returns how many parts it has, the first frame of each window, and its frames."""
    known = probe_film(film)
    windows = known.frames // STRIDE
    plan, frames = make_plan(
        film,
        known,
        counts={"general": windows},
        categories=read_categories(SETTINGS),
        split="train",
        windows_per_part=-(-windows // CORES),
        seed=0,
        rendering=Rendering(),
        limits=QualityLimits(),
    )
    write_plan(folder / "plan.json", plan)
    write_frames(folder / "frames.npz", frames)
    return len(plan.parts), [window.first for part in plan.parts for window in part.windows], frames


def cut(film: Path, folder: Path, part: int) -> list[str]:
    """Cut a part in a process of its own, as a job does: how many patches it gives, its peak memory in MiB, CPU-s for
    decoding and for everything else, and the pixels of the sharp patches."""
    environment = os.environ | {"PYTHONPATH": str(ROOT / "scripts")}
    command = [sys.executable, "-c", JOB, film, folder, ROOT / "config/schemas", str(part)]
    return subprocess.check_output(command, env=environment, text=True).split()


def extract(film: Path, time: Fraction, folder: Path) -> None:
    """The origin's way to seven frames."""
    folder.mkdir()
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-y", "-threads", "1", "-ss", f"{float(time):.3f}"]
    subprocess.run([*command, "-i", film, "-vf", CHAIN, "-vframes", "7", folder / "f_%d.png"], check=True)
    pictures = [cv2.imread(str(folder / f"f_{number}.png")) for number in range(1, 8)]
    assert all(picture.shape == (1080, 1920, 3) for picture in pictures)
    shutil.rmtree(folder)


def cpu() -> float:
    """Processor seconds of this process and all that it started and that have ended."""
    used = [resource.getrusage(whose) for whose in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(own.ru_utime + own.ru_stime for own in used)


def said(film: Path) -> str:
    """What a film is, in a line."""
    with av.open(str(film)) as file:
        stream = file.streams.video[0]
        context, seconds = stream.codec_context, float(stream.duration * stream.time_base)
        keys = sum(packet.is_keyframe for packet in file.demux(stream))
        size, gop = f"{context.width}x{context.height}", stream.frames / keys
        rate = film.stat().st_size * 8 / seconds / 1e6
        codec = f"{context.name} {size} {context.pix_fmt}, {rate:.0f} Mb/s"
        return f"{codec}, {stream.frames} frames, a key frame every {gop:.0f}"


# ---- films -----------------------------------------------------------------------------------------------------------


def long_film(folder: Path) -> Path:
    """An ordinary film in full HD with a key frame every 250."""
    with Writer(folder / "piece.mp4", (1920, 1080), RATE, preset="veryfast", gop=250, threads=CORES) as writer:
        for planes in camera((1920, 1080), 250, 8):
            writer.add_planes(planes)
    return repeat(folder / "piece.mp4", folder / "long.mp4", 2)


def hdr_film(folder: Path) -> Path:
    """An HDR10 film of 2160 lines with a key frame every second."""
    how = {"codec": "libx265", "preset": "ultrafast", "pixel_format": "yuv420p10le", "colour": HDR10}
    closed = {"x265-params": f"keyint={RATE}:min-keyint={RATE}:scenecut=0:open-gop=0"}
    with Writer(folder / "piece.mp4", (3840, 2160), RATE, threads=CORES, options=closed, **how) as writer:
        for planes in camera((3840, 2160), RATE, 10):
            writer.add_planes(planes)
    return repeat(folder / "piece.mp4", folder / "hdr10.mp4", 15)


def camera(size: tuple[int, int], frames: int, bits: int) -> Iterator[tuple[np.ndarray, ...]]:
    """Y, U, V of a camera that moves over a picture with detail of all sizes, with grain that is new in each frame."""
    width, height = size
    small = texture(0, width // 2 + 2 * frames, height // 2 + frames)
    wide = cv2.resize(small, None, fx=2, fy=2, interpolation=cv2.INTER_CUBIC).astype(np.int16)
    rng, scale = np.random.default_rng(1), 1 << bits - 8
    luma, blue, red = ((20 + wide * 5 // 8) * scale, (96 + small // 4) * scale, (160 - small // 4) * scale)
    grain = np.rint(rng.normal(0, 2.5 * scale, (height + 64, width + 64))).astype(np.int16)
    dtype = np.uint8 if bits == 8 else np.uint16
    for number in range(frames):
        x, y, (across, down) = number, number // 2, rng.integers(0, 64, 2)
        near = np.s_[y : y + height // 2, x : x + width // 2]
        sharp = luma[2 * y : 2 * y + height, 2 * x : 2 * x + width]
        noisy = sharp + grain[down : down + height, across : across + width]
        yield tuple(plane.astype(dtype) for plane in (noisy, blue[near], red[near]))


def repeat(source: Path, target: Path, times: int) -> Path:
    """The same film `times` times in a row, its packets copied."""
    with av.open(str(source)) as film, av.open(str(target), "w") as output:
        packets = [packet for packet in film.demux(video=0) if packet.size]
        stream, unit = output.add_stream_from_template(film.streams.video[0]), film.streams.video[0].time_base
        length, positions = len(packets) / (RATE * unit), [(packet.pts, packet.dts) for packet in packets]
        for turn in range(times):
            for packet, (pts, dts) in zip(packets, positions, strict=True):
                packet.pts, packet.dts, packet.stream = round(pts + turn * length), round(dts + turn * length), stream
                packet.time_base = unit
                output.mux(packet)
    return target


if __name__ == "__main__":
    sys.exit(main())
