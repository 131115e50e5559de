"""How well and how cheaply cuts are found, against AdaptiveDetector: python tests/bench/bench_segments.py

The films are made here, of all kinds and with known transitions; the detector was set up on films of other seeds. A hit
is a cut from two frames before a transition to two behind it, one to one. A cut that is none counts for the kind that
misled the detector: flash, strobe, pan, shake, passer (something that passes by), or none. Its processor time is that
of all that `tracks_segment` does in its pass, the looks for the filters included.
"""

import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import cv2
import scenedetect

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT / "scripts"), str(ROOT / "tests")]

from make_shots import LOOKS, Look, make_shots

from framewright.tracks.segments.find import VideoScan, scan_video
from framewright.tracks.segments.score import CutScore, score_cuts
from framewright.tracks.segments.transitions import TransitionDetector

SEED, SHOTS, RATE = 7000, 16, 25
LONG = (0.0, 1e6)
KINDS = ("all", "cut", "dissolve", "fade", "flash", "strobe", "pan", "shake", "passer", "none")


def main() -> int:
    cv2.setNumThreads(1)  # as jobs do
    ours, theirs, counts, spent = Counter(), Counter(), Counter(), [0.0, 0.0]
    with tempfile.TemporaryDirectory() as folder:
        for number, look in enumerate(LOOKS.values()):
            film = Path(folder) / f"{number}.mp4"
            known = make_shots(film, SEED + number, look, SHOTS, RATE)
            counts.update(own.kind for own in known)
            for place, (find, tally) in enumerate(((find_ours, ours), (find_theirs, theirs))):
                began = time.process_time()
                frames = find(film)
                spent[place] += time.process_time() - began
                for kind, score in score_cuts(frames, known).items():
                    tally.update({(kind, name): value for name, value in vars(score).items()})
        large = Path(folder) / "720p.mp4"
        make_shots(large, SEED, Look(crf=20), 4, RATE, (1280, 720))
        wide = [min(_seconds(find, large) for _ in range(2)) for find in (find_ours, find_theirs)]
    return report(counts, [tally_of(ours), tally_of(theirs)], spent[0] / spent[1], wide[0] / wide[1])


def find_ours(path: Path) -> list[float]:
    """Where cuts are, as frame numbers."""
    film: VideoScan = scan_video(path, LONG, TransitionDetector())
    return [float(cut.start + cut.end) / 2 * RATE for cut in film.cuts]


def find_theirs(path: Path) -> list[float]:
    """The same by AdaptiveDetector with its defaults, as its documentation shows."""
    shots = scenedetect.detect(str(path), scenedetect.AdaptiveDetector())
    return [start.frame_num for start, _ in shots[1:]]


def tally_of(counted: Counter) -> dict[str, CutScore]:
    return {kind: CutScore(*(counted[kind, name] for name in ("hits", "missed", "false"))) for kind in KINDS}


def report(counts: Counter, scores: list[dict[str, CutScore]], ratio: float, wide: float) -> int:
    print(
        f"{sum(counts.values())} transitions of {len(LOOKS)} films" + " " * 14 + f"{'ours':^28}{'AdaptiveDetector':^28}"
    )
    print(f"{'':10}{'true':>8}  " + f"{'hits':>6}{'false':>7}{'P':>7}{'R':>7}{'F1':>7}" * 2)
    for kind in KINDS:
        number = counts[kind] if kind != "all" else sum(counts[own] for own in ("cut", "dissolve", "fade"))
        cells = "".join(
            f"{own.hits:6}{own.false:7}"
            + (f"{own.precision:7.3f}{own.recall:7.3f}{own.f1:7.3f}" if own.hits + own.missed else " " * 21)
            for own in (score[kind] for score in scores)
        )
        print(f"{kind:10}{number:8}  {cells}")
    ours, theirs = scores
    goals = (
        ("transitions to find or not to be misled by", sum(counts.values()), 200, True),
        ("F1 of all, above theirs", ours["all"].f1 - theirs["all"].f1, 0.10, True),
        ("F1 of hard cuts, above theirs", ours["cut"].f1 - theirs["cut"].f1, 0, True),
        ("CPU time over theirs, these films (480x270)", ratio, 1.0, False),
        ("CPU time over theirs, 720p", wide, 1.0, False),
    )
    missed = [what for what, value, goal, more in goals if (value < goal if more else value > goal)]
    for what, value, goal, _ in goals:
        print(f"{what:46}{value:9.3f}   target {goal:6.2f}{'  MISSED' if what in missed else ''}")
    return int(bool(missed))


def _seconds(find, path: Path) -> float:
    began = time.process_time()
    find(path)
    return time.process_time() - began


if __name__ == "__main__":
    sys.exit(main())
