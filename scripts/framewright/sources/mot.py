"""Annotated sequences in the layout of the MOT Challenge: numbered pictures in img1/, gt/gt.txt and seqinfo.ini."""

import configparser
import logging
import re
from collections import Counter
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np

from framewright.boxes import from_xywh
from framewright.errors import UserError
from framewright.sources.outcome import Dead, Fetched, check_file
from framewright.study.progress import Progress, report_nothing
from framewright.truth import NOTHING, Boxes, Object, Truth, find_problem, read_truth, write_truth
from framewright.video.encode import Writer
from framewright.video.probe import Probe

RATE = Fraction(30)  # of a sequence that does not say
PICTURES = {".jpg", ".jpeg", ".png", ".bmp", ".webp", ".tif", ".tiff"}
CLASSES = {  # the benchmark's numbers and words, except for its "pedestrian"
    1: "person",
    2: "person on vehicle",
    3: "car",
    4: "bicycle",
    5: "motorcycle",
    6: "non-motorized vehicle",
    7: "static person",
    8: "distractor",
    9: "occluder",
    10: "occluder on the ground",
    11: "full occluder",
    12: "reflection",
    13: "crowd",
}


@dataclass(frozen=True)
class Sequence:
    """Pictures as a video: one path per frame, in order; `first` is the number that the first one bears.

    A number that is missing is filled with the picture before it, so that numbers stay times. `notes` says such things.
    """

    frames: tuple[Path, ...]
    first: int
    rate: Fraction
    notes: tuple[str, ...]


def fetch(
    folder: str | Path, target: Path, *, truth: Path, log: logging.Logger, progress: Progress = report_nothing
) -> Fetched:
    """Encode a sequence to `target` and write what is known of it to `truth`: nothing, when the sequence is dead."""
    write_truth(truth, NOTHING)
    sequence = read_sequence(Path(folder))
    size = encode(sequence, target, progress)
    known, notes = Truth(size, sequence.rate, len(sequence.frames)), list(sequence.notes)
    annotations = Path(folder) / "gt" / "gt.txt"
    if annotations.is_file():
        try:
            known, left_out = read_rows(annotations, known, sequence.first)
        except UserError as error:
            raise Dead("annotations", str(error)) from error
        if left_out:
            notes.append(f"rows of gt.txt left out, since their frames have no picture: {left_out}")
    else:
        notes.append("no gt/gt.txt: no object is known")
    write_truth(truth, known)
    for note in notes:
        log.warning("%s", note)
    shape = f"{len(sequence.frames)} pictures, {size[0]}x{size[1]}, {float(sequence.rate):g} fps"
    return Fetched(target.stat().st_size, check_file(target, None), format=shape, detail="; ".join(notes))


def read_sequence(folder: Path) -> Sequence:
    """The sequence in `folder`; Dead when it has no numbered pictures, or numbers that are not those of a video."""
    numbered = _numbered(folder / "img1")
    numbers = [number for number, _ in numbered]
    if not numbers:
        raise Dead("gone", f"{folder} has no numbered pictures in img1/")
    if twice := [number for number, count in Counter(numbers).items() if count > 1]:
        raise Dead("broken", f"{folder}: two pictures in img1/ bear the number {twice[0]}")
    first, last = numbers[0], numbers[-1]
    missing = last - first + 1 - len(numbers)
    if missing > len(numbers):
        raise Dead("broken", f"{folder}: only {len(numbers)} pictures in img1/ for the numbers {first} to {last}")
    pictures = dict(numbered)
    frames: list[Path] = []
    for number in range(first, last + 1):
        frames.append(pictures.get(number) or frames[-1])
    rate, notes = _check_info(folder / "seqinfo.ini", frames)
    if missing:
        notes.append(f"numbers from {first} to {last} without a picture, shown as the one before: {missing}")
    return Sequence(tuple(frames), first, rate, tuple(notes))


def encode(sequence: Sequence, target: Path, progress: Progress = report_nothing) -> tuple[int, int]:
    """Write the sequence as a video and return its size: close to the pictures, and quick to read from any frame on."""
    height, width = _picture(sequence.frames[0]).shape[:2]
    with Writer(target, (width, height), sequence.rate, crf=10, preset="veryfast", gop=24, threads=1) as writer:
        for path in progress(sequence.frames, len(sequence.frames), "pictures"):
            picture = _picture(path)
            if picture.shape[:2] != (height, width):
                shape = f"{picture.shape[1]}x{picture.shape[0]}"
                raise Dead("broken", f"{path} has {shape} pixels, unlike the first picture with {width}x{height}")
            writer.add(picture)
    return writer.size


def read_annotations(path: str | Path, probe: Probe) -> Truth:
    """What a truth.json, or rows as in gt.txt, says of a probed video; UserError where the two disagree."""
    if not probe.frames:
        return NOTHING
    size, frames = probe.displayed_size, probe.frames
    if Path(path).read_text(encoding="utf-8", errors="replace").lstrip().startswith("{"):
        truth = read_truth(path)
        if truth.frames > frames or truth.size != size:
            there = f"{truth.frames} frames of {truth.size[0]}x{truth.size[1]}"
            raise UserError(f"{path}: for {there} pixels, the video has {frames} of {size[0]}x{size[1]}")
        return truth
    truth, left_out = read_rows(path, Truth(size, probe.rate, frames), first=1)
    if left_out:
        raise UserError(f"{path}: {left_out} rows are of frames that the video, with {frames}, does not have")
    return truth


def read_rows(path: str | Path, known: Truth, first: int) -> tuple[Truth, int]:
    """Add the objects in rows of `frame, id, left, top, width, height, flag, class, visible` to what is `known`.

    Frame numbers start at `first`, pixels at 1. Rows with flag 0 are regions to ignore; rows of ten columns, as in
    2015, name no class. Also returned: how many rows were left out, because their frame is none of the video's.
    """
    rows = _rows(path)
    inside = (rows[:, 0] >= first) & (rows[:, 0] < first + known.frames)
    left_out = int(np.sum(~inside))
    rows = rows[inside]
    rows = rows[np.lexsort((rows[:, 0], rows[:, 1]))]
    objects, ignore = [], []
    for same in np.split(rows, np.flatnonzero(np.diff(rows[:, 1])) + 1) if len(rows) else []:
        seen, unseen = same[same[:, 6] != 0], same[same[:, 6] == 0]
        if len(unseen):
            ignore.append(Boxes(*_places(unseen, first)))
        if len(seen):
            name = Counter(seen[:, 7].astype(int).tolist()).most_common(1)[0][0]
            objects.append(Object(*_places(seen, first), id=int(seen[0, 1]), name=CLASSES.get(name, str(name))))
    truth = replace(known, objects=tuple(objects), ignore=tuple(ignore))
    if fault := find_problem(truth):
        raise UserError(f"{path}: {fault}")
    return truth, left_out


def _numbered(folder: Path) -> list[tuple[int, Path]]:
    """(number, path) of each picture whose name ends in digits, by number."""
    if not folder.is_dir():
        return []
    names = ((re.search(r"(\d+)$", path.stem), path) for path in folder.iterdir() if not path.name.startswith("."))
    return sorted((int(match[1]), path) for match, path in names if match and path.suffix.lower() in PICTURES)


def _check_info(path: Path, frames: list[Path]) -> tuple[Fraction, list[str]]:
    """The rate that seqinfo.ini gives, and notes on what it lacks or says otherwise than the pictures."""
    parser = configparser.ConfigParser(interpolation=None)
    try:
        parser.read(path, encoding="utf-8-sig")
    except (configparser.Error, UnicodeDecodeError):
        return RATE, [f"seqinfo.ini cannot be read: {RATE} frames per second assumed"]
    info = dict(parser["Sequence"]) if parser.has_section("Sequence") else {}
    notes = []
    try:
        rate = Fraction(info.get("framerate", "")).limit_denominator(1_000_000)
        if rate <= 0:
            raise ValueError
    except (ValueError, ZeroDivisionError):
        rate = RATE
        lack = "seqinfo.ini names no rate" if path.is_file() else "no seqinfo.ini"
        notes.append(f"{lack}: {RATE} frames per second assumed")
    height, width = _picture(frames[0]).shape[:2]
    for key, here in {"imwidth": width, "imheight": height, "seqlength": len(frames)}.items():
        if info.get(key, str(here)).strip() != str(here):
            notes.append(f"seqinfo.ini says {key} = {info[key]}, the pictures say {here}")
    return rate, notes


def _picture(path: Path) -> np.ndarray:
    """(H, W, 3) uint8 RGB."""
    picture = cv2.imread(str(path), cv2.IMREAD_COLOR_RGB)
    if picture is None:
        raise Dead("broken", f"{path} is not a readable picture")
    return picture


def _rows(path: str | Path) -> np.ndarray:
    """(N, 9) float64: frame, id, left, top, width, height, flag, class, visible; what is not said is 1."""
    try:
        text = Path(path).read_text(encoding="utf-8-sig")
        lines = [line.replace(",", " ") for line in text.splitlines() if line.strip()]
        rows = np.loadtxt(lines, ndmin=2) if lines else np.empty((0, 9))
    except (OSError, ValueError) as error:
        raise UserError(f"{path}: not rows of numbers as in gt.txt ({str(error).split(';')[0]})") from error
    if not 6 <= rows.shape[1] <= 10:
        raise UserError(f"{path}: {rows.shape[1]} columns; gt.txt has 9, from frame and id to class and visible")
    if not np.all(np.isfinite(rows)) or np.any(rows[:, :2] != np.floor(rows[:, :2])):
        raise UserError(f"{path}: frame and id must be whole numbers, and everything finite")
    if np.any(rows[:, 1] < 0):
        raise UserError(f"{path}: rows with the id {rows[:, 1].min():g} name no object; give gt.txt, not detections")
    said = {10: 7}.get(rows.shape[1], rows.shape[1])
    whole = np.tile(np.array([0, 0, 0, 0, 0, 0, 1, 1, 1], dtype=np.float64), (len(rows), 1))
    whole[:, :said] = rows[:, :said]
    return whole


def _places(rows: np.ndarray, first: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    boxes = from_xywh(rows[:, 2:6])
    return rows[:, 0].astype(np.int64) - first, boxes - 1.0, np.clip(rows[:, 8], 0.0, 1.0)
