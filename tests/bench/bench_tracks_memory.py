"""How much memory the steps of `tracks` need for one minute and for ten: python tests/bench/bench_tracks_memory.py

The same small film of a street, with somebody's face before it, is repeated without decoding it. Each step runs in a
process of its own, on one segment as long as the film; its peak is what the kernel says.
"""

import re
import subprocess
import sys
import tempfile
from fractions import Fraction
from pathlib import Path

import av
import numpy as np

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "scripts"))

from framewright.scenes.photos import load_photo
from framewright.scenes.street import make_street
from framewright.study.job import compute_on_one_thread
from framewright.video.encode import Writer
from framewright.video.examine import probe
from framewright.video.probe import as_probe

SIZE, RATE, SECONDS, MINUTES, TARGET = (320, 180), Fraction(25), 10, (1, 10), 1.10
STEPS = ("segment", "deface", "parse", "extract")


def main() -> int:
    if len(sys.argv) > 1:
        return step(*sys.argv[1:])
    missed = 0
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_film(folder / "short.mp4")
        for minutes in MINUTES:
            repeat(folder / "short.mp4", folder / f"{minutes}.mp4", minutes * 60 // SECONDS)
        print(f"{'':10}" + "".join(f"{f'{minutes} min, MB':>14}" for minutes in MINUTES) + f"{'ratio':>8}{'target':>8}")
        for own in STEPS:
            peaks = [
                int(subprocess.check_output([sys.executable, __file__, own, str(minutes), name]).split()[-1])
                for minutes in MINUTES
            ]
            ratio = peaks[-1] / peaks[0]
            missed += ratio > TARGET
            figures = "".join(f"{peak / 1024:14.0f}" for peak in peaks)
            print(f"{own:10}{figures}{ratio:8.3f}{TARGET:8.2f}{'  MISSED' if ratio > TARGET else ''}", flush=True)
    return int(missed > 0)


def write_film(path: Path) -> None:
    """Ten seconds of a street, and of a photograph with a face."""
    scene = make_street(np.random.default_rng(3), float(SECONDS), SIZE)
    face = load_photo("astronaut")[20:220, 130:330]
    with Writer(path, SIZE, RATE, gop=50, b_frames=0, crf=20, preset="veryfast") as writer:
        for frame in range(SECONDS * int(RATE)):
            picture = scene.draw(frame).picture.copy()
            picture[20:160, 20 + frame // 5 : 160 + frame // 5] = face[:140, :140]
            writer.add(picture)


def repeat(source: Path, target: Path, times: int) -> None:
    """The film so many times over, its packets copied."""
    with av.open(str(source)) as film, av.open(str(target), "w") as made:
        stream = film.streams.video[0]
        own = made.add_stream_from_template(stream)
        length = round(SECONDS / stream.time_base)
        for k in range(times):
            film.seek(0)
            for packet in film.demux(stream):
                if packet.size:
                    packet.pts, packet.dts, packet.stream = packet.pts + k * length, packet.dts + k * length, own
                    made.mux(packet)


def step(name: str, minutes: str, folder: str) -> int:
    """Do one step in this process, and print its peak in kilobytes."""
    compute_on_one_thread()
    film, place = Path(folder, f"{minutes}.mp4"), Path(folder, f"{name}{minutes}")
    place.mkdir()
    whole = [(0.0, 60.0 * int(minutes))]
    match name:
        case "segment":
            from framewright.tracks.segments.find import find_segments
            from framewright.tracks.segments.options import Lengths
            from framewright.tracks.segments.transitions import TransitionDetector

            find_segments(
                film, as_probe(probe(film) | {"video": "v", "use": (0.0, 1e6)}), TransitionDetector(), Lengths(), []
            )
        case "deface":
            from framewright.tracks.privacy.deface import deface
            from framewright.tracks.privacy.options import DefaceSettings

            deface(film, place / "out.mp4", as_probe(probe(film) | {"video": "v"}), DefaceSettings())
        case "parse":
            from framewright.detector import open_detector
            from framewright.tracks.objects.detect import detect_video
            from framewright.tracks.objects.detections import DetectionsReader
            from framewright.tracks.objects.follow import follow
            from framewright.tracks.objects.options import Association, Keep

            detector = open_detector(ROOT / "config/detector/demo.onnx")
            detect_video(film, place / "d.npz", whole, detector, 16, 8)
            follow(DetectionsReader(place / "d.npz"), "v", Association(), Keep(1.0, 0.01))
        case "extract":
            from framewright.tracks.clips.extract import extract
            from framewright.tracks.meta import new_track

            times = np.arange(16 * 8) / 16
            starts = np.arange(0, 60 * int(minutes) - 8, 4.0)
            box = np.tile([20.0, 20.0, 120.0, 120.0], (len(times), 1))
            tracks = [new_track("v", SIZE, times + start, box + k % 50, [0], ["x"]) for k, start in enumerate(starts)]
            extract(film, tracks, place)
    # not getrusage: a child begins with the peak of its parent
    print(re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())[1])
    return 0


if __name__ == "__main__":
    sys.exit(main())
