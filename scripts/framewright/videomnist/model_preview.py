"""Generated videos to look at: grids by class that move, continuations beside what really followed, reconstructions."""

from collections.abc import Iterable
from pathlib import Path

import cv2
import numpy as np
import torch

from framewright.report.gif import write_gif
from framewright.report.picture import arrange_sheet, write_png
from framewright.videomnist.codes import batches_for
from framewright.videomnist.generating import Continued, Generated, as_grey
from framewright.videomnist.preview import enlarge, write_mp4
from framewright.videomnist.vqvae import Vqvae

GAP = 4  # pixels between videos of a grid
LINE = 70  # grey of the gaps
GIVEN, PREDICTED = 255, 140  # grey of the border of given frames, of predicted ones
COLUMNS = 10
STRIP = 8  # frames of a video in a still picture
PAIRS = 7  # clips in a still picture that compares: more make frames too small to see


def write_generated(folder: Path, made: Generated, continued: Continued, given: int, fps: int, width: int) -> None:
    """Write arrays, grids that move, and still pictures into a new folder.

    samples.npz (`videos` (n, T, S, S) uint8, `labels` (n,)), samples.gif and .mp4 with a column for each class,
    samples.png, and continuations.gif, .mp4 and .png: what is real above what was predicted.
    """
    folder.mkdir(parents=True)
    zoom = max(1, -(-width // made.videos.shape[-1]))
    order = np.argsort(made.labels, kind="stable")
    columns = [order[made.labels[order] == label] for label in np.unique(made.labels)]
    if len(columns) == 1:
        columns = [order[column::COLUMNS] for column in range(min(COLUMNS, len(order)))]
    moving = {"samples": lay_out_grid([[enlarge(made.videos[place], zoom) for place in column] for column in columns])}
    pairs = zip(continued.real, continued.predicted, strict=True)
    moving["continuations"] = lay_out_grid(
        [[enlarge(real, zoom), add_border(enlarge(predicted, zoom), given)] for real, predicted in pairs]
    )
    for name, frames in moving.items():
        write_gif(folder / f"{name}.gif", frames, fps)
        write_mp4(folder / f"{name}.mp4", frames, fps)
    first = [column[0] for column in columns][:COLUMNS]
    strips = [(str(made.labels[place]) if made.labels[place] >= 0 else "", made.videos[place]) for place in first]
    write_png(folder / "samples.png", film_strips(strips))
    strips = []
    for label, real, predicted in list(zip(continued.labels, continued.real, continued.predicted, strict=True))[:PAIRS]:
        strips += [(f"{label} real", real), ("predicted", predicted)]
    write_png(folder / "continuations.png", film_strips(strips, beside=2))
    with (folder / "samples.npz").open("wb") as file:
        np.savez_compressed(file, allow_pickle=False, videos=made.videos, labels=made.labels)


def write_reconstructions(path: Path, vqvae: Vqvae, clips: str | Path) -> None:
    """Write a picture: the first test clips, and beside each its reconstruction."""
    batches = batches_for(vqvae.config, clips, "test")
    batch = batches.take(np.arange(min(PAIRS, len(batches))))
    with torch.no_grad():
        decoded = vqvae.cpu().decode(vqvae.encode(batch["video"]))
    strips = []
    for label, real, again in zip(batch["label"].tolist(), as_grey(batch["video"]), as_grey(decoded), strict=True):
        strips += [(f"{label} real", real), ("decoded", again)]
    write_png(path, film_strips(strips, beside=2))


def lay_out_grid(columns: Iterable[list[np.ndarray]]) -> np.ndarray:
    """(T, H, W) uint8: columns of videos (T, S, S) side by side, black below the shorter ones."""
    whole = [list(column) for column in columns]
    most = max(map(len, whole))
    blank = np.zeros_like(whole[0][0])
    stacked = [
        np.concatenate([_edged(video) for video in column + [blank] * (most - len(column))], axis=1) for column in whole
    ]
    return np.concatenate(stacked, axis=2)


def add_border(video: np.ndarray, given: int) -> np.ndarray:
    """The video with a border: bright while its frames were given, darker while they are predicted."""
    video = video.copy()
    for time, frame in enumerate(video):
        cv2.rectangle(frame, (0, 0), (frame.shape[1] - 1, frame.shape[0] - 1), GIVEN if time < given else PREDICTED, 1)
    return video


def film_strips(videos: Iterable[tuple[str, np.ndarray]], beside: int = 1) -> np.ndarray:
    """(H, W, 3) uint8: a strip for each video (T, S, S), frames at even distances; the first has the label below it.

    So many strips as `beside` says stay next to each other.
    """
    pictures, labels = [], []
    for label, video in videos:
        times = np.linspace(0, len(video) - 1, min(STRIP, len(video))).round().astype(int)
        for place, time in enumerate(times):
            pictures.append(cv2.cvtColor(cv2.resize(video[time], (96, 96)), cv2.COLOR_GRAY2RGB))
            labels.append("" if place else label)
    return arrange_sheet(pictures, labels, min(beside * STRIP, len(pictures)))


def _edged(video: np.ndarray) -> np.ndarray:
    return np.pad(video, ((0, 0), (0, GAP), (0, GAP)), constant_values=LINE)
