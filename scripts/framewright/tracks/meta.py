"""What is known of each track, as TrackVerse publishes it: a gzip file of JSON lines, one track each.

The keys written are those of the origin's parser, and `top10_wcls`, which its curator reads. Three kinds of files are
read: these, with or without the track's id; the earlier ones with figures for each frame (`frame_obj`); and those of
the release of 2025 (`track_mp4_filename`).
"""

import base64
import gzip
import hashlib
import json
import re
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from framewright.boxes import from_xywh, to_xywh
from framewright.errors import UserError

SECONDS, PIXELS, SCORES = 6, 3, 6  # decimals that are kept
KEYS = (
    *("yid", "tid", "fn", "video_size", "track_ts", "track_bbox", "top10_lbl", "top10_desc"),
    *("top10_logit_mu", "top10_logit_std", "top10_wlogit_mu", "top10_wlogit_std", "top10_wcls"),
)
CODE = 11  # characters that name a video in `fn`
LONGEST_LABEL = 80  # bytes of a label in a file name


@dataclass(frozen=True, eq=False)
class Track:
    """One object's way through a shot, and what it may be, the likeliest class first.

    Instants and boxes are in order of time; where nothing was seen for a while, there are none. The four rows of scores
    are as long as `labels`, or empty where the file says nothing.
    """

    video: str
    tid: str  # an md5 of the video, the times and the boxes, or what else names it in its file
    fn: str  # the clip, relative to tracks_mp4/<dataset>/
    size: tuple[int, int]  # (width, height) of the video's upright frame; (0, 0) where the file does not say
    times: np.ndarray  # (T,) float64, seconds in the video
    boxes: np.ndarray  # (T, 4) float64 x1, y1, x2, y2
    labels: tuple[int, ...]  # numbers of classes, from 0
    names: tuple[str, ...]  # what they are called
    probability: tuple[float, ...] = ()  # of each class, mean over the track, 0..1
    probability_spread: tuple[float, ...] = ()  # population standard deviation
    score: tuple[float, ...] = ()  # probability times the detection's score, mean over the track
    score_spread: tuple[float, ...] = ()

    @property
    def seconds(self) -> float:
        """From its first instant to its last."""
        return float(self.times[-1] - self.times[0]) if len(self.times) else 0.0


def new_track(
    video: str,
    size: tuple[int, int],
    times: np.ndarray,
    boxes: np.ndarray,
    labels: Iterable[int] = (),
    names: Iterable[str] = (),
    scores: np.ndarray | None = None,
) -> Track:
    """A track with its id and its clip's name, in the decimals that a file keeps: read again, it is the same.

    `scores` (4, classes): mean and spread of the probability, mean and spread of it times the detection's score.
    """
    times = np.round(np.asarray(times, np.float64), SECONDS)
    left_top = np.round(to_xywh(boxes), PIXELS) + 0.0  # + 0.0 turns -0.0 into 0.0
    names = tuple(names)
    tid = track_id(video, times, left_top)
    figures = () if scores is None else tuple(tuple(row) for row in np.round(scores, SCORES).tolist())
    return Track(
        video, tid, clip_name(video, names, tid), size, times, from_xywh(left_top), tuple(labels), names, *figures
    )


def track_id(video: str, times: np.ndarray, boxes: np.ndarray) -> str:
    """The md5 of a video's name, the times (T,) and the boxes (T, 4) as left, top, width, height, as Python prints
    them."""
    text = f"{video}-{tuple(times.tolist())}-{tuple(map(tuple, boxes.tolist()))}"
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


def clip_name(video: str, names: tuple[str, ...], tid: str) -> str:
    """`<xx>/<code>-<likeliest class>-<tid>.mp4` with the video's code; what a file name can't hold is a dash."""
    code = video_code(video)
    label = re.sub(r"[^\w.()']+", "-", names[0]).strip("-") if names else "unknown"
    label = label.encode()[:LONGEST_LABEL].decode(errors="ignore")
    return f"{code[:2]}/{code}-{label}-{tid}.mp4"


def video_code(video: str) -> str:
    """The 11 characters by which TrackVerse's readers tell videos apart: those after the first `/` of `fn`.

    They are the video's id where that has 11 characters, as YouTube's have, and else 11 of its sha256 in base64.

    >>> video_code("dQw4w9WgXcQ"), video_code("alley")
    ('dQw4w9WgXcQ', 'AOdoTA4VWeQ')
    """
    if len(video) == CODE:
        return video
    return base64.urlsafe_b64encode(hashlib.sha256(video.encode()).digest())[:CODE].decode()


def clean_name(prompt: str) -> str:
    """What a line of prompts calls its class: without `photo of a` before and `(also known as ...)` behind."""
    return prompt.strip().replace("photo of a ", "").split(" (also")[0]


def to_record(track: Track) -> dict[str, Any]:
    """The track under the keys of its file."""
    return {
        "yid": track.video,
        "tid": track.tid,
        "fn": track.fn,
        "video_size": [track.size[1], track.size[0]],
        "track_ts": track.times.tolist(),
        "track_bbox": _left_top(track),
        "top10_lbl": list(track.labels),
        "top10_desc": list(track.names),
        "top10_logit_mu": list(track.probability),
        "top10_logit_std": list(track.probability_spread),
        "top10_wlogit_mu": list(track.score),
        "top10_wlogit_std": list(track.score_spread),
        "top10_wcls": [list(track.score), list(track.score_spread)],
    }


def to_frames_record(track: Track, number: int) -> dict[str, Any]:
    """The track under the keys of June 2024; `number` is its place among all. Figures of single frames are not known
    any more: the track's stand for each."""
    count = len(track.times)
    label, name = (track.labels or (-1,))[0], (track.names or ("",))[0]
    probability, score = (track.probability or (0.0,))[0], (track.score or (0.0,))[0]
    return {
        "yid": track.video,
        "track_id": number,
        "track_ts": [float(track.times[0]), float(track.times[-1])],
        "video_size": [track.size[1], track.size[0]],
        "frame_ts": track.times.tolist(),
        "frame_bboxes": _left_top(track),
        "frame_obj": [score] * count,
        "frame_cls": [probability] * count,
        "frame_wcls": [score] * count,
        "frame_lbl": [label] * count,
        "frame_desc": [name] * count,
        "top10_lbl": list(track.labels),
        "top10_desc": list(track.names),
        "top10_cls": [list(track.probability), list(track.probability_spread)],
        "top10_wcls": [list(track.score), list(track.score_spread)],
        "fn": track.fn,
    }


def to_release_record(track: Track) -> dict[str, Any]:
    """The track under the keys of the release of 2025."""
    return {
        "track_id": track.tid,
        "track_ts": [float(track.times[0]), float(track.times[-1])],
        "frame_ts": track.times.tolist(),
        "frame_bboxes": _left_top(track),
        "yid": track.video,
        "track_mp4_filename": track.fn,
        "top10_label_ids": list(track.labels),
        "top10_label_names": list(track.names),
    }


def _left_top(track: Track) -> list[list[float]]:
    return (np.round(to_xywh(track.boxes), PIXELS) + 0.0).tolist()


def write_tracks(path: str | Path, tracks: Iterable[Track]) -> None:
    """Write the tracks by their ids, each id once; the same tracks in any order give the same bytes."""
    by_id = {track.tid: track for track in tracks}
    with Path(path).open("wb") as file, gzip.GzipFile("", "wb", fileobj=file, mtime=0) as packed:
        for _, track in sorted(by_id.items()):
            packed.write((json.dumps(to_record(track), ensure_ascii=False) + "\n").encode())


def read_tracks(path: str | Path) -> Iterator[Track]:
    """The tracks in a file of any of the published kinds, one after the other; a UserError names a line that is none.

    A file of the earliest kind does not name its video: its file name does.
    """
    video = Path(path).name.split("-meta.jsonl")[0]
    number = 0
    try:
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            for line in lines:
                number += 1
                if line.strip():
                    yield as_track(json.loads(line), video)
    except KeyError as error:
        raise UserError(f"{path}: line {number} lacks the key {error.args[0]!r}") from error
    except (OSError, EOFError, zlib.error, ValueError, TypeError, AttributeError, IndexError) as error:
        where = f" at line {number}" if number else ""
        raise UserError(f"{path}: not a file of tracks{where} ({error}); make it again") from error


def as_track(record: Mapping[str, Any], video: str = "") -> Track:
    """The track that a line says, of any published kind; `video` names its video where the line does not."""
    video = record.get("yid", video)
    timed = "frame_ts" if "frame_ts" in record else "track_ts"
    times = np.asarray(record[timed], np.float64).reshape(-1)
    left_top = np.asarray(record["frame_bboxes" if timed == "frame_ts" else "track_bbox"], np.float64).reshape(-1, 4)
    if len(times) != len(left_top):
        raise ValueError(f"{len(times)} times and {len(left_top)} boxes")
    if not (np.all(np.diff(times) > 0) and np.all(np.isfinite(left_top)) and np.all(np.isfinite(times))):
        raise ValueError("times must ascend and boxes be finite")
    height, width = record.get("video_size", (0, 0))
    names = tuple(map(clean_name, record.get("top10_desc", record.get("top10_label_names", ()))))
    tid = _tid(record, video, times, left_top)
    return Track(
        video,
        tid,
        record.get("fn") or record.get("track_mp4_filename") or clip_name(video, names, tid),
        (int(width), int(height)),
        times,
        from_xywh(left_top),
        tuple(map(int, record.get("top10_lbl", record.get("top10_label_ids", ())))),
        names,
        *_figures(record, "top10_logit", "top10_cls"),
        *_figures(record, "top10_wlogit", "top10_wcls"),
    )


def _tid(record: Mapping[str, Any], video: str, times: np.ndarray, boxes: np.ndarray) -> str:
    """The id that a line has, that its clip's name ends in, or that the track gets."""
    if "tid" in record:
        return str(record["tid"])
    named = re.search(r"([0-9a-f]{32})\.mp4$", str(record.get("fn") or record.get("track_mp4_filename") or ""))
    if named:
        return named[1]
    return str(record["track_id"]) if "track_id" in record else track_id(video, times, boxes)


def _figures(record: Mapping[str, Any], split: str, paired: str) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Means and spreads, from two keys or from one that holds the pair."""
    if paired in record and f"{split}_mu" not in record:
        mean, spread = record[paired]
    else:
        mean, spread = record.get(f"{split}_mu", ()), record.get(f"{split}_std", ())
    return tuple(map(float, mean)), tuple(map(float, spread))
