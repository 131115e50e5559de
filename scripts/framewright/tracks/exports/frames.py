"""Sampled frames of a defaced video, with the objects that are followed in each: what detection sets are made of."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from framewright.study.record import write_record
from framewright.tracks.exports.pictures import RECORD
from framewright.tracks.meta import Track
from framewright.video.stream import open_video

QUALITY = 95  # of the JPEGs
NEAR = 1e-6  # seconds


def choose_instants(tracks: Iterable[Track], seconds: float) -> list[float]:
    """Instants at which objects were looked for and one was found, at least so many seconds apart, ascending."""
    found = np.unique(np.concatenate([np.zeros(0), *(track.times for track in tracks)]))
    chosen: list[float] = []
    for instant in found.tolist():
        if not chosen or instant >= chosen[-1] + seconds - NEAR:
            chosen.append(instant)
    return chosen


def list_boxes(tracks: Iterable[Track], instant: float) -> list[dict[str, Any]]:
    """The tracks that are seen at an instant, each with its likeliest class and its box, cut to the frame."""
    found = []
    for track in tracks:
        (places,) = np.nonzero(np.abs(track.times - instant) < NEAR)
        if len(places) and track.labels:
            width, height = track.size
            box = np.clip(track.boxes[places[0]], 0, (width, height, width, height))
            if box[2] > box[0] and box[3] > box[1]:
                found.append({"tid": track.tid, "label": track.labels[0], "name": track.names[0], "box": box.tolist()})
    return found


def write_frames(folder: Path, video: str, film: str | Path, tracks: Sequence[Track], seconds: float) -> int:
    """Make `folder` with a JPEG for each chosen instant and a record of them all; how many there are."""
    folder.mkdir(parents=True)
    instants = choose_instants(tracks, seconds)
    known = _write_instants(folder, video, film, tracks, instants) if instants else []  # a dead video has no frames
    write_record(folder / RECORD, known)
    return len(known)


def _write_instants(
    folder: Path, video: str, film: str | Path, tracks: Sequence[Track], instants: Sequence[float]
) -> list[dict[str, Any]]:
    known = []
    with open_video(film) as media:
        shown, waiting = None, list(instants)
        for frame in media.frames():
            while waiting and shown is not None and waiting[0] < float(frame.time) - NEAR:
                known.append(_write_frame(folder, video, shown.rgb, tracks, waiting.pop(0)))
            if not waiting:
                break
            shown = frame
        while waiting and shown is not None:  # the last frame stays
            known.append(_write_frame(folder, video, shown.rgb, tracks, waiting.pop(0)))
    return known


def _write_frame(
    folder: Path, video: str, picture: np.ndarray, tracks: Sequence[Track], instant: float
) -> dict[str, Any]:
    name, (height, width) = f"{video}-{round(instant * 1000):09d}.jpg", picture.shape[:2]
    coded = cv2.imencode(".jpg", picture[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, QUALITY])[1]
    (folder / name).write_bytes(coded.tobytes())
    return {
        "file": name,
        "time": instant,
        "width": width,
        "height": height,
        "objects": list_boxes(tracks, instant),
    }
