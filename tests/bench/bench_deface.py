"""How many faces stay uncovered, and what it costs, against the command deface: python tests/bench/bench_deface.py

Of the demo's faces the places are known; those of a street were marked by hand (tests/data/street_faces.json) in a film
that is not part of this repository: its folder is named by FRAMEWRIGHT_SHARED, and without it that half is left out.
A face counts as uncovered in a frame where less than 90 % of it is covered. The command runs with the faster of its two
backends; what it covers is taken from its own detections, and drawn as it draws.
"""

import json
import os
import resource
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "scripts"))

from framewright.scenes.render import make_scene, render
from framewright.tracks.privacy.deface import read_faces
from framewright.tracks.privacy.face_tracks import list_covers
from framewright.truth import read_truth
from framewright.video.encode import Writer
from framewright.video.stream import open_video

MARKS = ROOT / "tests/data/street_faces.json"
COVERED, SEEN, MISSES, CPU = 0.9, 0.5, 1 / 3, 0.6
HEIGHTS = ("from 24 pixels", "12 to 24 pixels")
OURS = """
import sys
from pathlib import Path
import cv2
cv2.setNumThreads(1)
from framewright.video.examine import probe
from framewright.video.probe import as_probe
from framewright.tracks.privacy.deface import deface, write_faces
from framewright.tracks.privacy.options import DefaceSettings
source, folder = Path(sys.argv[1]), Path(sys.argv[2])
record, found, times = deface(source, folder / "ours.mp4", as_probe(probe(source) | {"video": "a"}), DefaceSettings())
write_faces(folder / "found.npz", found, times)
"""
THEIRS = """
import json, sys
import deface.deface as command
seen, draw = [], command.anonymize_frame
def noted(dets, *rest, **options):
    seen.append(dets[:, :4].astype(int).tolist())
    return draw(dets, *rest, **options)
command.anonymize_frame = noted
folder = sys.argv[2]
sys.argv = ["deface", sys.argv[1], "--output", f"{folder}/theirs.mp4", "--backend", "opencv"]
command.main()
with open(f"{folder}/theirs.json", "w") as file:
    json.dump(seen, file)
"""


def main() -> int:
    with tempfile.TemporaryDirectory() as name:
        films = list(_films(Path(name)))
        rows = [row for film, faces in films for row in _rows(film, faces, film.parent)]
    print(f"{'':42}{'ours':>9}{'deface':>9}{'ratio':>8}{'target':>8}")
    for what, ours, theirs, target in rows:
        verdict = "" if ours <= target * theirs else "  MISSED"
        print(f"{what:42}{ours:9.1f}{theirs:9.1f}{ours / max(theirs, 1e-9):8.2f}{target:8.2f}{verdict}")
    return int(any(ours > target * theirs for _, ours, theirs, target in rows))


def _films(folder: Path):
    """(film, face boxes (4,) by frame) of the demo and of the pieces of the street."""
    (folder / "demo").mkdir()
    demo = folder / "demo" / "film.mp4"
    render(demo, scene=make_scene("faces"), truth=folder / "truth.json")
    truth = read_truth(folder / "truth.json")
    faces: dict[int, list] = {}
    for face in truth.faces:
        for frame, box, visible in zip(face.frames, face.boxes, face.visible, strict=True):
            if visible >= SEEN:
                faces.setdefault(int(frame), []).append(box)
    yield demo, faces
    marks = json.loads(MARKS.read_text())
    street = Path(os.environ.get("FRAMEWRIGHT_SHARED", ""), "data/video", marks["video"])
    if not street.is_file():
        print(f"left out: {marks['video']} is not here; FRAMEWRIGHT_SHARED names the folder that has data/video")
        return
    for number, piece in enumerate(marks["pieces"]):
        (folder / f"street{number}").mkdir()
        film = folder / f"street{number}" / "film.mp4"
        with open_video(street) as video, Writer(film, video.size, 30, crf=8, preset="veryfast") as writer:
            for k, frame in enumerate(video.frames()):
                if piece["start"] <= k < piece["end"]:
                    writer.add_planes(frame.planes)
        yield film, _marked(piece)


def _marked(piece: dict) -> dict[int, list]:
    faces: dict[int, list] = {}
    for keys in piece["faces"].values():
        frames = sorted(map(int, keys))
        boxes = np.array([keys[str(frame)] for frame in frames], float)
        for frame in range(frames[0], frames[-1] + 1):
            box = [np.interp(frame, frames, side) for side in boxes.T]
            faces.setdefault(frame - piece["start"], []).append(np.array(box))
    return faces


def _rows(film: Path, faces: dict[int, list], folder: Path):
    ours = _cpu(OURS, film, folder)
    theirs = _cpu(THEIRS, film, folder)
    chains, times = read_faces(folder / "found.npz")
    own = _missed(faces, list(list_covers(chains, times)))
    other = _missed(faces, [np.array(boxes, float) for boxes in json.loads((folder / "theirs.json").read_text())])
    for height, (missed, total), (missed_too, _) in zip(HEIGHTS, own, other, strict=True):
        if total:
            yield f"{folder.name}: {height}, uncovered of {total}", missed, missed_too, MISSES
    yield f"{folder.name}: CPU ms per frame", 1000 * ours / len(times), 1000 * theirs / len(times), CPU


def _missed(faces: dict[int, list], boxes: list[np.ndarray]) -> list[tuple[int, int]]:
    """(uncovered, all) of each of HEIGHTS."""
    counts = {True: [0, 0], False: [0, 0]}
    for frame, own in faces.items():
        for face in own:
            if (height := face[3] - face[1]) >= 12:
                counts[bool(height >= 24)][0] += _share(face, boxes[frame]) < COVERED
                counts[bool(height >= 24)][1] += 1
    return [tuple(counts[True]), tuple(counts[False])]


def _share(face: np.ndarray, boxes: np.ndarray) -> float:
    """How much of a face lies on the ellipses, 1.6 times as large as their boxes, that both of us draw."""
    x = face[0] + (face[2] - face[0]) * (np.arange(32) + 0.5) / 32
    y = face[1] + (face[3] - face[1]) * (np.arange(32)[:, None] + 0.5) / 32
    inside = np.zeros((32, 32), bool)
    for x1, y1, x2, y2 in boxes.reshape(-1, 4):
        across, down = 0.8 * max(x2 - x1, 1e-6), 0.8 * max(y2 - y1, 1e-6)
        inside |= ((x - (x1 + x2) / 2) / across) ** 2 + ((y - (y1 + y2) / 2) / down) ** 2 <= 1
    return float(inside.mean())


def _cpu(code: str, *arguments: Path | str) -> float:
    """Processor seconds of a process of its own, all that it starts included."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    environment = os.environ | {"PYTHONPATH": str(ROOT / "scripts")}
    command = [sys.executable, "-c", code, *map(str, arguments)]
    subprocess.run(command, env=environment, check=True, capture_output=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


if __name__ == "__main__":
    sys.exit(main())
