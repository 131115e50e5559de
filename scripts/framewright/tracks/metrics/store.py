"""Metrics on disk: three npz files a video, rows in the order of `track`, and TrackVerse's file for each clip.

`<video>.npz` of tracks_motion has `track` (N,), `motion` (sum of B, 7) with `parts` (N,) rows each, `object_motion` and
`camera_motion` (N, 7) and `quantiles` (7,); of tracks_embeddings `track`, `vectors` (N, D) int8, `signature` (N,)
uint64, `scale`, `saturated`, `backend` and `weights_sha256`; of tracks_quality `track`, `values` (N, 6), `names` and
`settings`.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from framewright.tracks.metrics.measure import ClipMetrics
from framewright.tracks.metrics.motion import QUANTILES
from framewright.tracks.metrics.quality import NAMES
from framewright.tracks.metrics.vectors import quantise, scale_of

ROW = dict(zip(("motion_q50", "motion_q75", "motion_q90"), (3, 4, 5), strict=True))


def write_motion(path: str | Path, found: Sequence[ClipMetrics]) -> None:
    """Write how the clips move."""
    arrays = {
        "motion": np.concatenate([np.zeros((0, len(QUANTILES)), np.float32), *(clip.motion for clip in found)]),
        "parts": np.array([len(clip.motion) for clip in found], np.int32),
        "object_motion": _stacked([clip.object_motion for clip in found]),
        "camera_motion": _stacked([clip.camera_motion for clip in found]),
        "quantiles": np.array(QUANTILES),
    }
    _write(path, found, arrays)


def write_embeddings(path: str | Path, found: Sequence[ClipMetrics], backend: str, weights_sha256: str) -> int:
    """Write what the clips look like; returns how many entries saturated."""
    floats = np.stack([clip.vector for clip in found]) if found else np.zeros((0, 0))
    vectors, saturated = quantise(floats)
    arrays = {
        "vectors": vectors,
        "signature": np.array([clip.signature for clip in found], np.uint64),
        "scale": np.array(scale_of(max(vectors.shape[1], 1))),
        "saturated": np.array(saturated),
        "backend": np.array(backend),
        "weights_sha256": np.array(weights_sha256),
    }
    _write(path, found, arrays)
    return saturated


def write_quality(path: str | Path, found: Sequence[ClipMetrics], settings: str = "") -> None:
    """Write how good the clips are, and by which `settings` all metrics of them were made."""
    values = np.stack([clip.quality.as_array() for clip in found]) if found else np.zeros((0, len(NAMES)), np.float32)
    _write(path, found, {"values": values, "names": np.array(NAMES), "settings": np.array(settings)})


def read_settings(quality: str | Path) -> str:
    """The definition of what the metrics of a video were made by, as `write_quality` was told it."""
    with np.load(quality) as file:
        return str(file["settings"]) if "settings" in file else ""


def read_rows(motion: str | Path, embeddings: str | Path, quality: str | Path) -> dict[str, dict[str, Any]]:
    """What the index says of each track that was measured, by its id."""
    rows: dict[str, dict[str, Any]] = {}
    with np.load(motion) as file:
        ends = np.cumsum(file["parts"])
        for tid, end, parts, of_object, camera in zip(
            file["track"], ends, file["parts"], file["object_motion"], file["camera_motion"], strict=True
        ):
            means = file["motion"][end - parts : end].mean(axis=0) if parts else None
            row = rows.setdefault(str(tid), {})
            row |= {name: None if means is None else float(means[column]) for name, column in ROW.items()}
            row |= {"object_motion": _or_none(of_object[3]), "camera_motion": _or_none(camera[3])}
    with np.load(embeddings) as file:
        for tid, vector, signature in zip(file["track"], file["vectors"], file["signature"], strict=True):
            rows.setdefault(str(tid), {}).update(embedding=vector.tobytes(), signature=int(signature))
    with np.load(quality) as file:
        for tid, values in zip(file["track"], file["values"], strict=True):
            rows.setdefault(str(tid), {}).update(zip(NAMES, map(float, values), strict=True))
    return rows


def write_npy(
    folder: str | Path, dataset: str, clips: Mapping[str, str], motion: str | Path, embeddings: str | Path
) -> None:
    """Write TrackVerse's files below `folder` for the clips by track: tracks_motion/<dataset>/<clip>.npy, float32
    (7 B,), and tracks_embeddings/<dataset>/<clip>.npy, float32 (D,)."""
    with np.load(motion) as file:
        ends, parts, all_motion = np.cumsum(file["parts"]), file["parts"], file["motion"]
        for tid, end, count in zip(file["track"], ends, parts, strict=True):
            _write_one(Path(folder, "tracks_motion", dataset, clips[str(tid)]), all_motion[end - count : end].ravel())
    with np.load(embeddings) as file:
        scale, vectors = float(file["scale"]), file["vectors"]
        for tid, vector in zip(file["track"], vectors, strict=True):
            _write_one(Path(folder, "tracks_embeddings", dataset, clips[str(tid)]), (vector / scale).astype(np.float32))


def _write_one(clip: Path, array: np.ndarray) -> None:
    clip.parent.mkdir(parents=True, exist_ok=True)
    np.save(clip.with_suffix(".npy"), array)


def _write(path: str | Path, found: Sequence[ClipMetrics], arrays: Mapping[str, np.ndarray]) -> None:
    with Path(path).open("wb") as file:
        np.savez_compressed(file, allow_pickle=False, track=np.array([clip.tid for clip in found], "U"), **arrays)


def _stacked(rows: Sequence[np.ndarray]) -> np.ndarray:
    return np.stack(rows) if rows else np.zeros((0, len(QUANTILES)), np.float32)


def _or_none(value: float) -> float | None:
    return None if np.isnan(value) else float(value)
