"""Clips of tracks for training: a PyTorch dataset of short windows, each with what its track is.

clips = TrackClips("results/tracks", frames=16)
for batch in DataLoader(clips, batch_size=8, num_workers=2):
    batch["video"], batch["label"], batch["name"]
"""

from collections.abc import Callable, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any, NamedTuple

import av
import cv2
import numpy as np
import torch
from torch.utils.data import Dataset

from framewright.errors import UserError
from framewright.study.rows import KEPT, read_rows, rows_in
from framewright.video.media import open_media
from framewright.video.window import choose_decoder, read_with_torchcodec


class Row(NamedTuple):
    """What is kept in memory of a track; the rest stays in the rows."""

    path: Path
    video: str
    tid: str
    label: int  # number of the likeliest class, -1 where nothing is known
    name: str
    score: float  # of that class, weighted; 0 where nothing is known


class TrackClips(Dataset):
    """Windows of the clips in a folder results/tracks: `frames` pictures, `step` seconds apart, one of each clip.

    An item is a dictionary: `video` (T, 3, H, W) uint8 RGB, resized to `size` (width, height) if one is given, as clips
    differ in size; `times` (T,) float64 seconds in the clip; `label`, `name`, `score`, `video_id`, `tid`. With
    `range=(0, 1)`, or any two numbers, `video` is float32 in that range. The window lies in the middle, or with a
    `seed` anywhere: the same place for the same seed, epoch (`set_epoch`) and track, whatever the workers. A clip that
    is too short repeats its last picture. With `crop`, (width, height), a part of that size is cut out: the middle, or
    with a `seed` any part; pictures that are smaller keep their size. `transform` is applied to `video`. torchcodec
    decodes where it works, and PyAV elsewhere; `decoder="pyav"` takes PyAV. Both give the same pictures.

    Its rows say which clips there are: what left the table of videos is served no more, whatever lies in the folder.
    Tracks without a clip, or kept out of datasets, are left out; `missing` counts them.

    >>> clips = TrackClips("results/tracks", frames=8, size=(112, 112), seed=0)
    >>> clips[0]["video"].shape, clips[0]["name"]
    (torch.Size([8, 3, 112, 112]), 'person')
    """

    def __init__(
        self,
        results: Path | str,
        frames: int = 16,
        step: float = 1 / 16,
        size: tuple[int, int] | None = None,
        seed: int | None = None,
        transform: Callable[[torch.Tensor], Any] | None = None,
        classes: Sequence[int] | None = None,
        range: tuple[float, float] | None = None,
        crop: tuple[int, int] | None = None,
        decoder: str = "auto",
    ) -> None:
        self.crop, self.decoder = crop, choose_decoder(decoder)
        self.frames, self.step, self.size, self.seed, self.transform = frames, step, size, seed, transform
        self.range, self.epoch, self.missing = range, 0, 0
        self.rows: list[Row] = []
        columns = ["path", "video", "item", "label", "name", "score", "state"]
        for row in read_rows(rows_in(results), columns, kept=False).to_pylist():
            label = -1 if row["label"] is None else row["label"]
            if classes is not None and label not in classes:
                continue
            if row["state"] != KEPT:
                self.missing += 1
                continue
            path = Path(results, row["path"])
            self.rows.append(Row(path, row["video"], row["item"], label, row["name"] or "", row["score"] or 0.0))

    def __len__(self) -> int:
        return len(self.rows)

    def set_epoch(self, epoch: int) -> None:
        """Choose other windows than in the epochs before; call it before each, as with a DistributedSampler."""
        self.epoch = epoch

    def __getitem__(self, index: int) -> dict[str, Any]:
        row = self.rows[index]
        place = np.full(3, 0.5)  # in time, from left to right, and from top to bottom
        if self.seed is not None:
            place = np.random.default_rng([self.seed, self.epoch, *row.tid.encode()]).random(3)
        if self.decoder == "torchcodec":
            instants = self._choose_instants(clip_seconds(row.path), float(place[0]))
            times, pictures = read_with_torchcodec(row.path, instants, self.size)
        else:  # opened once
            with open_media(row.path) as file:
                instants = self._choose_instants(_measure_seconds(file), float(place[0]))
                times, pictures = _decode_window(file, row.path, instants, self.size)
        if self.crop is not None:
            pictures = crop_part(pictures, self.crop, (float(place[1]), float(place[2])))
        video = torch.from_numpy(split_planes(pictures))
        if self.range is not None:
            low, high = self.range
            video = video.float() * ((high - low) / 255) + low
        return {
            "video": video if self.transform is None else self.transform(video),
            "times": torch.from_numpy(times),
            "label": row.label,
            "name": row.name,
            "score": row.score,
            "video_id": row.video,
            "tid": row.tid,
        }

    def _choose_instants(self, seconds: float, place: float) -> list[float]:
        start = place * max(0.0, seconds - self.frames * self.step)
        return (start + np.arange(self.frames) * self.step).tolist()


def split_planes(pictures: np.ndarray) -> np.ndarray:
    """(T, H, W, 3) uint8 pictures as (T, 3, H, W): OpenCV takes a thirtieth of the time of `permute().contiguous()`."""
    planes = np.empty((len(pictures), 3, *pictures.shape[1:3]), np.uint8)
    for picture, target in zip(pictures, planes, strict=True):
        target[:] = cv2.split(picture)
    return planes


def crop_part(pictures: np.ndarray, size: tuple[int, int], place: tuple[float, float]) -> np.ndarray:
    """A part of (T, H, W, 3) pictures, `size` (width, height) where they are as large; `place` is 0 to 1 in both."""
    height, width = pictures.shape[1:3]
    left, top = (
        int(share * max(0, side - own + 1)) for share, side, own in zip(place, (width, height), size, strict=True)
    )
    left, top = min(left, max(0, width - size[0])), min(top, max(0, height - size[1]))
    return pictures[:, top : top + size[1], left : left + size[0]]


def clip_seconds(path: Path | str) -> float:
    """How long a clip is, as its header says."""
    with open_media(path) as file:
        return _measure_seconds(file)


def _measure_seconds(file: av.container.InputContainer) -> float:
    stream = file.streams.video[0]
    return float((stream.duration or 0) * (stream.time_base or 0))


def read_window(
    path: Path | str, instants: Sequence[float], size: tuple[int, int] | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """The pictures of a clip that are shown at these instants (seconds, ascending), decoding from the key frame before.

    Returns when each appears, (T,) float64 seconds, and the pictures, (T, H, W, 3) uint8 RGB, resized to `size`
    (width, height) if given. Beyond the end it is the last one.
    """
    with open_media(path) as file:
        return _decode_window(file, path, instants, size)


def _decode_window(
    file: av.container.InputContainer, path: Path | str, instants: Sequence[float], size: tuple[int, int] | None
) -> tuple[np.ndarray, np.ndarray]:
    times: list[float] = []
    pictures: list[np.ndarray] = []
    stream = file.streams.video[0]
    unit = stream.time_base or Fraction(1)
    stream.codec_context.thread_count = 1
    if instants[0] > 0:
        file.seek(int(Fraction(instants[0]) / unit), stream=stream)
    shown = None
    for frame in file.decode(stream):
        time = float((frame.pts or 0) * unit)
        while shown is not None and len(times) < len(instants) and instants[len(times)] < time - 1e-6:
            _show(shown, size, times, pictures)
        if len(times) == len(instants):
            break
        shown = time, frame
    if shown is None:
        raise UserError(f"{path}: no frame of it can be decoded; make it again")
    while len(times) < len(instants):
        _show(shown, size, times, pictures)
    return np.array(times), np.stack(pictures)


def _show(
    shown: tuple[float, av.VideoFrame], size: tuple[int, int] | None, times: list[float], pictures: list[np.ndarray]
) -> None:
    time, frame = shown
    if not times or times[-1] != time:
        rgb = frame.to_ndarray(format="rgb24")
        picture = rgb if size is None else cv2.resize(rgb, size, interpolation=cv2.INTER_AREA)
    else:
        picture = pictures[-1]
    times.append(time)
    pictures.append(picture)
