"""Moving digits to look at: single videos, comparisons, a montage of all ten, and figures in words."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import cv2
import h5py
import numpy as np

from framewright.report.gif import write_gif
from framewright.report.picture import FONT, INK, PAPER, colour_of, write_png
from framewright.video.encode import Writer
from framewright.videomnist.clip_spec import SPLITS
from framewright.videomnist.contract import count_motions
from framewright.videomnist.store import to_rgb

GAP = 8  # pixels between pictures
TEXT = 34  # pixels of a line of text in the montage
CELL = 188  # pixels of a frame in the montage
ACROSS = 3  # digits in a row of the montage: it is at most 16:9


def write_samples(
    folder: Path,
    dataset: Path,
    *,
    num_samples: int,
    formats: Sequence[str],
    fps: int,
    create_comparison: bool,
    num_per_class: int,
    min_width: int,
) -> int:
    """Write everything there is to look at of the documented file; how many single videos there are."""
    (folder / "class_comparisons").mkdir(parents=True)
    with h5py.File(dataset) as file:
        zoom = max(1, -(-min_width // int(file.attrs["resolution"])))
        chosen = choose_videos(file["train_labels"][()], num_samples)
        for number, (digit, index) in enumerate(chosen):
            frames = enlarge(read_video(file, index), zoom)
            for form in formats:
                WRITERS[form](folder / f"digit_{digit}_video_{number:03}.{form}", frames, fps)
        for digit in range(10) if create_comparison else ():
            shown = np.flatnonzero(file["train_labels"][()] == digit)[:num_per_class]
            frames = join_side_by_side([enlarge(read_video(file, index), zoom) for index in shown])
            write_gif(folder / "class_comparisons" / f"digit_{digit}_comparison.gif", frames, fps)
        write_png(folder / "videomnist_montage.png", draw_montage(file))
        (folder / "dataset_stats.txt").write_text(describe_file(file), encoding="utf-8")
    return len(chosen)


def choose_videos(labels: np.ndarray, number: int) -> list[tuple[int, int]]:
    """(digit, place) of `number` videos, the first of each digit, spread evenly; one of each at least."""
    each = max(1, number // 10)
    return [(digit, int(place)) for digit in range(10) for place in np.flatnonzero(labels == digit)[:each]]


def read_video(file: h5py.File, index: int, split: str = "train") -> np.ndarray:
    """(T, S, S) uint8: a video of a split."""
    length = int(file.attrs["sequence_length"])
    return file[f"{split}_data"][index * length : (index + 1) * length]


def enlarge(frames: np.ndarray, zoom: int) -> np.ndarray:
    """(T, H, W) uint8 frames, smoothly enlarged by a whole number."""
    return np.stack([cv2.resize(frame, None, fx=zoom, fy=zoom, interpolation=cv2.INTER_CUBIC) for frame in frames])


def join_side_by_side(videos: Sequence[np.ndarray]) -> np.ndarray:
    """Videos of the same shape (T, H, W) as one, left to right, a grey line between them."""
    line = np.full((*videos[0].shape[:2], GAP), 96, np.uint8)
    parts = [part for one in videos for part in (line, one)][1:]
    return np.concatenate(parts, axis=2)


def write_mp4(path: Path, frames: np.ndarray, fps: int) -> None:
    """Write (T, H, W) uint8 frames as H.264."""
    with Writer(path, frames.shape[:0:-1], fps, crf=16) as writer:
        for frame in to_rgb(frames):
            writer.add(frame)


WRITERS: dict[str, Callable[[Path, np.ndarray, int], None]] = {"gif": write_gif, "mp4": write_mp4}


def draw_montage(file: h5py.File) -> np.ndarray:
    """(H, W, 3) uint8 RGB: of the first video of each digit where it starts, where it ends, and the way between."""
    labels, tiles = file["train_labels"][()], []
    for digit in range(10):
        index = int(np.flatnonzero(labels == digit)[0])
        frames, trajectories = read_video(file, index), file["train_trajectory"][index]
        motion = file.attrs["motion_types"][file["train_motion"][index]]
        pictures = [to_rgb(frames[:1])[0], to_rgb(frames[-1:])[0], draw_exposure(frames)]
        pictures = [cv2.resize(picture, (CELL, CELL), interpolation=cv2.INTER_CUBIC) for picture in pictures]
        for way in trajectories.reshape(-1, *trajectories.shape[-2:])[:, : len(frames), :2]:
            _draw_way(pictures[2], way, CELL / frames.shape[-1], digit)
        tiles.append(_tile(pictures, ["start", "end", f"{digit}: {motion}"]))
    tiles += [np.full_like(tiles[0], PAPER)] * (-len(tiles) % ACROSS)
    rows = [np.hstack([_add_gap(tile) for tile in tiles[k : k + ACROSS]]) for k in range(0, len(tiles), ACROSS)]
    return cv2.copyMakeBorder(np.vstack(rows), GAP, 0, 0, 0, cv2.BORDER_CONSTANT, value=PAPER)


def describe_file(file: h5py.File) -> str:
    """What the file holds, in lines of text: measures, counts, and how often each digit moves in each way."""
    return "\n".join(_stat_lines(file)) + "\n"


def _stat_lines(file: h5py.File) -> Iterator[str]:
    about, motions = file.attrs, list(file.attrs["motion_types"])
    yield "VideoMNIST: what videomnist.h5 holds"
    yield ""
    yield f"frames of each video   {about['sequence_length']}"
    yield f"frame                  {about['resolution']} x {about['resolution']} pixels, grey, 0 to 255"
    yield f"shown at               {about['fps']} frames per second"
    yield f"digits                 {about['digits']}"
    for split in SPLITS:
        labels, motion, data = file[f"{split}_labels"][()], file[f"{split}_motion"][()], file[f"{split}_data"]
        packed, plain = data.id.get_storage_size() / 2**20, data.size / 2**20
        yield ""
        yield f"{split}: {len(labels):,} videos, {len(data):,} frames, {plain:,.1f} MiB packed into {packed:,.1f} MiB"
        yield "  digit " + "".join(f"{name:>12}" for name in motions) + f"{'all':>8}"
        for digit, counts in enumerate(count_motions(labels, motion, len(motions))):
            yield f"  {digit:<6}" + "".join(f"{count:>12,}" for count in counts) + f"{counts.sum():>8,}"
        speed = file[f"{split}_speed"][()]
        yield f"  speed {speed.min():.2f} to {speed.max():.2f}, {speed.mean():.2f} pixels a frame on average"


def draw_exposure(frames: np.ndarray) -> np.ndarray:
    """(S, S, 3) uint8: all frames at once, the earlier the darker."""
    fading = np.linspace(0.15, 1, len(frames))[:, None, None]
    return to_rgb((frames * fading).max(axis=0).astype(np.uint8)[None])[0]


def _draw_way(picture: np.ndarray, way: np.ndarray, zoom: float, identity: int) -> None:
    points = np.round((way + 0.5) * zoom * 16).astype(np.int32)
    cv2.polylines(picture, [points[:, None]], False, colour_of(identity), 2, cv2.LINE_AA, shift=4)
    for point, radius in ((points[0], 3), (points[-1], 6)):
        cv2.circle(picture, tuple(map(int, point)), radius * 16, colour_of(identity), -1, cv2.LINE_AA, shift=4)


def _tile(pictures: Sequence[np.ndarray], titles: Sequence[str]) -> np.ndarray:
    """Pictures side by side, each with its title below."""
    columns = []
    for picture, title in zip(pictures, titles, strict=True):
        line = np.full((TEXT, picture.shape[1], 3), PAPER, np.uint8)
        cv2.putText(line, title, (2, 18), FONT, 0.45, INK, 1, cv2.LINE_AA)
        columns += [np.vstack([picture, line])]
    return np.hstack([_add_gap(column) for column in columns])


def _add_gap(picture: np.ndarray) -> np.ndarray:
    """The picture with a gap on its left."""
    return cv2.copyMakeBorder(picture, 0, 0, GAP, 0, cv2.BORDER_CONSTANT, value=PAPER)
