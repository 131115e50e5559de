"""The privacy of a video: what is done under given settings, its record, and an audit of what was written."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from framewright.study.progress import Progress, report_nothing
from framewright.tracks.privacy.cover import draw_ellipses
from framewright.tracks.privacy.cover_video import deface_video
from framewright.tracks.privacy.face_tracks import FaceTrack, list_covers
from framewright.tracks.privacy.faces import Finder, open_face_finder
from framewright.tracks.privacy.link import link_file
from framewright.tracks.privacy.options import DefaceSettings, FinderSettings
from framewright.tracks.privacy.plates import open_plate_finder
from framewright.tracks.privacy.search import FaceSearch, FrameSearch, WholeSearch
from framewright.video.media import open_media
from framewright.video.probe import Probe
from framewright.video.stream import open_video

UNSURE = 0.75  # of the least score of a sure detection: enough to go on with what was sure once
COUNTS = ("frames", "looked_at", "chains", "covered_places", "covered_frames", "covered_area")
INSIDE = 0.5  # of a box, covered: what the detector sees there is the cover


def deface(
    source: str | Path, target: Path, probe: Probe, settings: DefaceSettings, progress: Progress = report_nothing
) -> tuple[dict[str, Any], list[FaceTrack], np.ndarray]:
    """Put at `target` the video without what shall not be seen.

    Gives its record, what was found, and the times of all frames. `status` is `covered`, `linked` (there was nothing to
    cover), `off` (linked, for nobody looked) or `unusable` (an empty file).
    """
    record: dict[str, Any] = {"video": probe.video, "status": "", "detail": "", "method": settings.method}
    record |= dict.fromkeys(COUNTS, 0) | {"sound": ""}
    if not probe.usable:
        target.touch()
        return record | {"status": "unusable", "detail": probe.reason}, [], np.zeros(0)
    if settings.method == "none":
        link_file(source, target)
        return record | {"status": "off", "detail": "tracks.deface.method is none"}, [], np.zeros(0)
    figures, found, times = deface_video(
        source,
        target,
        open_searches(settings.finders),
        every=settings.every,
        sure=settings.finders.threshold,
        method=settings.method,
        crf=settings.crf,
        frames=probe.frames,
        progress=progress,
    )
    return record | figures | {"status": "covered" if found else "linked"}, found, times


def open_searches(settings: FinderSettings) -> list[FrameSearch]:
    """What looks through a video: for faces, and for plates where weights that know them are given."""
    least = UNSURE * settings.threshold
    searches: list[FrameSearch] = [FaceSearch(open_face_finder(least, settings.long_side), settings.threshold)]
    if settings.plates:
        searches.append(WholeSearch(open_plate_finder(settings.plates, least, settings.plate_size)))
    return searches


def open_finders(settings: FinderSettings) -> list[Finder]:
    """What finds sure faces in a picture, and sure plates where weights that know them are given."""
    finders: list[Finder] = [open_face_finder(settings.threshold, settings.long_side)]
    if settings.plates:
        finders.append(open_plate_finder(settings.plates, settings.threshold, settings.plate_size))
    return finders


def write_faces(path: str | Path, chains: list[FaceTrack], times: np.ndarray) -> None:
    """Write what was found as NumPy arrays; the same chains give the same bytes."""
    lengths = np.array([len(chain.frames) for chain in chains], np.int64)
    frames = np.concatenate([np.zeros(0, np.int64), *(chain.frames for chain in chains)])
    boxes = np.concatenate([np.zeros((0, 4)), *(chain.boxes for chain in chains)])
    scores = np.concatenate([np.zeros(0), *(chain.scores for chain in chains)])
    with Path(path).open("wb") as file:
        np.savez_compressed(file, lengths=lengths, frames=frames, boxes=boxes, scores=scores, times=times)


def read_faces(path: str | Path) -> tuple[list[FaceTrack], np.ndarray]:
    """The chains, and the times of all frames, as they were written."""
    with np.load(path) as arrays:
        cuts = np.cumsum(arrays["lengths"])[:-1]
        parts = (np.split(arrays[name], cuts) for name in ("frames", "boxes", "scores"))
        chains = [FaceTrack(*fields) for fields in zip(*parts, strict=True)] if len(arrays["lengths"]) else []
        return chains, arrays["times"]


def audit(
    path: str | Path,
    record: Mapping[str, Any],
    found: tuple[list[FaceTrack], np.ndarray],
    finders: list[Finder],
    count: int,
    progress: Progress = report_nothing,
) -> dict[str, Any]:
    """Look at `count` frames of the written video, spread evenly, as if it had never been covered.

    `seen` detections there, of which `open` are not on a cover; `times_off` is the largest difference (seconds) between
    when a frame appears and when it did in the source. Videos that were not covered are not looked at.
    """
    result = {"video": record["video"], "status": record["status"], "looked_at": 0, "seen": 0, "open": 0}
    result |= {"open_frames": 0, "frames": 0, "times_off": 0.0, "size": None, "sound": False, "pixel_format": ""}
    if record["status"] in ("unusable", "off"):
        return result
    chains, times = found
    picked = set(np.unique(np.linspace(0, len(times) - 1, count).round().astype(int)).tolist())
    written = []
    with open_video(path) as video:
        frames = progress(video.frames(), len(times), "frames")
        for number, (frame, boxes) in enumerate(zip(frames, list_covers(chains, times), strict=True)):
            written.append(float(frame.time))
            if number in picked:
                bare = find_uncovered(frame.rgb, boxes, finders)
                result["looked_at"] += 1
                result["seen"] += len(bare)
                result["open"] += int(bare.sum())
                result["open_frames"] += bool(bare.any())
        result |= {"size": list(video.size), "pixel_format": video.pixel_format, "frames": len(written)}
    result["times_off"] = float(np.abs(np.array(written) - times).max())
    with open_media(path) as file:
        result["sound"] = bool(file.streams.audio)
    return result


def find_uncovered(picture: np.ndarray, boxes: np.ndarray, finders: list[Finder]) -> np.ndarray:
    """Of each detection in a picture, whether it lies open where `boxes` are covered: (n,) bool."""
    mask = draw_ellipses(picture.shape[1::-1], boxes)
    found = np.concatenate([np.zeros((0, 5)), *(finder(picture) for finder in finders)])
    corners = np.maximum(found[:, :4], 0)
    parts = [mask[int(y1) : int(np.ceil(y2)), int(x1) : int(np.ceil(x2))] for x1, y1, x2, y2 in corners]
    return np.array([part.size > 0 and part.mean() < INSIDE for part in parts], bool)
