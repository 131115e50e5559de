"""All metrics of a video's clips, from one decode of each."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from framewright.boxes import clip, compute_areas
from framewright.report.gallery.posters import encode_poster
from framewright.tracks.clips.record import Clip
from framewright.tracks.meta import Track
from framewright.tracks.metrics.appearance import Embed, mean_vector
from framewright.tracks.metrics.camera import CameraPath
from framewright.tracks.metrics.motion import PAIRS, STEP, Flow, PairMotion, over_time, pair_motion, pool_batches
from framewright.tracks.metrics.quality import Quality, picture_quality
from framewright.video.fingerprint import hash_picture
from framewright.video.frame import Frame
from framewright.video.stream import open_video

KEYS = 2  # pictures a second that are embedded and rated
SLACK = 1 / 100  # seconds by which a frame may come before its instant


@dataclass(frozen=True, eq=False)
class ClipMetrics:
    """What is known of a clip. `motion` (B, 7) is empty where it is too short to tell."""

    tid: str
    motion: np.ndarray  # (B, 7) float32, quantiles of the flow by two seconds
    object_motion: np.ndarray  # (7,) float32, quantiles over time
    camera_motion: np.ndarray  # (7,) float32
    vector: np.ndarray  # (D,) float64, of length 1
    signature: int  # 64 bits, of the picture in the middle
    quality: Quality
    poster: bytes  # a small JPEG of the picture in the middle


def measure_clips(
    folder: str | Path,
    tracks: Sequence[Track],
    clips: Sequence[Clip],
    flow: Flow,
    embed: Embed,
    path: CameraPath | None = None,
) -> Iterator[ClipMetrics]:
    """The metrics of each clip that was made, in order; `tracks` and `clips` are of one video, in the same order.
    `path` is how the video's camera moved, where that is known."""
    for track, made in zip(tracks, clips, strict=True):
        if not made.reason:
            yield measure_clip(Path(folder, Path(made.fn).name), track, made, flow, embed, path)


def measure_clip(
    path: Path, track: Track, made: Clip, flow: Flow, embed: Embed, camera: CameraPath | None = None
) -> ClipMetrics:
    """The metrics of the clip in `path`."""
    width, height = made.size
    small = seen_size(made.size, flow)
    windows = np.array(made.windows).reshape(-1, 4)
    size = track.size if all(track.size) else (int(windows[:, 2].max()), int(windows[:, 3].max()))
    pairs: list[PairMotion] = []
    pictures: list[np.ndarray] = []
    signature, poster, opened = 0, b"", None
    with open_video(path) as video:
        for number, frame in enumerate(video.frames()):
            time = float(frame.time)
            if time >= len(pictures) / KEYS - SLACK:
                pictures.append(frame.rgb)
            if number == made.frames // 2:
                signature, poster = int(hash_picture(frame.gray()), 16), encode_poster(frame.rgb)
            if opened is not None and time >= opened[0] + STEP - SLACK:
                known = camera.between(made.start + opened[0], made.start + time) if camera else None
                moved = pair_motion(
                    opened[2],
                    _seen(frame, small, flow),
                    (opened[0], time),
                    (windows[opened[1]], windows[number]),
                    size,
                    flow,
                    known,
                )
                pairs.append(moved)
                opened = None
            elif opened is None and time >= len(pairs) / PAIRS - SLACK:
                opened = time, number, _seen(frame, small, flow)
    rated = np.mean([picture_quality(picture) for picture in pictures], axis=0)
    pixels = width * height * made.frames
    whole = float(size[0] * size[1])
    return ClipMetrics(
        made.tid,
        pool_batches(pairs),
        over_time([pair.object for pair in pairs]),
        over_time([pair.camera for pair in pairs]),
        mean_vector(embed(pictures)),
        signature,
        Quality(
            sharpness=float(rated[0]),
            brightness=float(rated[1]),
            contrast=float(rated[2]),
            bits_per_pixel=8 * path.stat().st_size / pixels,
            object_share=float(compute_areas(clip(track.boxes, size)).mean()) / whole,
        ),
        poster,
    )


def seen_size(size: tuple[int, int], flow: Flow) -> tuple[int, int]:
    """(width, height) of what the flow sees of a clip of this size."""
    scale = min(1.0, flow.side / min(size))
    width, height = (max(1, round(side * scale / flow.multiple)) * flow.multiple for side in size)
    return width, height


def _seen(frame: Frame, size: tuple[int, int], flow: Flow) -> np.ndarray:
    if flow.colour:
        return cv2.resize(frame.rgb, size, interpolation=cv2.INTER_AREA)
    return frame.gray(*size)
