"""Filters with the user's weights: a classifier of cartoons and a judge of beauty, from ONNX or TorchScript files.

Both look at a segment's first seconds, two pictures a second. A model is given (n, 3, 224, 224) float32 pictures in
RGB, normalised as it was trained, and gives (n,), (n, 1) or (n, k) numbers.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import partial
from pathlib import Path

import cv2
import numpy as np

from framewright.tracks.model_file import Model, load_model
from framewright.tracks.segments.options import Limits, ModelFilters
from framewright.tracks.segments.quality import apply_limits
from framewright.tracks.segments.segments import Judge, Segment
from framewright.video.stream import open_video

RATE, SECONDS = Fraction(2), Fraction(8)  # pictures a second, over the first of a segment
SIDE = 224


@dataclass(frozen=True)
class Preprocessing:
    """How a model sees: the short side of a picture before its middle is cut out, and what makes its values normal."""

    short: int
    mean: tuple[float, float, float]
    deviation: tuple[float, float, float]

    def normalize(self, pictures: np.ndarray) -> np.ndarray:
        """(n, 3, H, W) float32 of (n, H, W, 3) uint8 RGB pictures."""
        mean, deviation = np.array(self.mean, np.float32), np.array(self.deviation, np.float32)
        return np.ascontiguousarray(((pictures.astype(np.float32) / 255 - mean) / deviation).transpose(0, 3, 1, 2))


IMAGENET = Preprocessing(256, (0.485, 0.456, 0.406), (0.229, 0.224, 0.225))
CLIP = Preprocessing(SIDE, (0.48145466, 0.4578275, 0.40821073), (0.26862954, 0.26130258, 0.27577711))


def prepare_pictures(pictures: Iterable[np.ndarray], eye: Preprocessing) -> np.ndarray:
    """(n, 3, 224, 224) float32 of (H, W, 3) uint8 RGB pictures: the middle of each, normalised."""
    made = []
    for picture in pictures:
        height, width = picture.shape[:2]
        scale = eye.short / min(height, width)
        size = max(eye.short, round(width * scale)), max(eye.short, round(height * scale))
        small = cv2.resize(picture, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC)
        y, x = (size[1] - SIDE) // 2, (size[0] - SIDE) // 2
        made.append(small[y : y + SIDE, x : x + SIDE])
    return eye.normalize(np.stack(made)) if made else np.zeros((0, 3, SIDE, SIDE), "f4")


def make_judges(path: str | Path, limits: Limits, models: ModelFilters) -> list[Judge]:
    """The rules that drop segments of the video `path` by what they show, in the order in which they are asked."""
    judges: list[Judge] = [partial(apply_limits, limits=limits)]
    if models.cartoon:
        judges.append(make_cartoon_judge(path, load_model(models.cartoon)))
    if models.aesthetic:
        encoder = load_model(models.encoder) if models.encoder else None
        judge = combine_models(encoder, load_model(models.aesthetic))
        judges.append(make_aesthetic_judge(path, judge, models.min_aesthetic))
    return judges


def combine_models(encoder: Model | None, head: Model) -> Model:
    """A judge of pictures: the head alone, or the head behind an encoder whose vectors are first made of length 1."""

    def judge(pictures: np.ndarray) -> np.ndarray:
        if encoder is None:
            return head(pictures)
        vectors = encoder(pictures)
        return head(vectors / np.maximum(np.linalg.norm(vectors, axis=-1, keepdims=True), 1e-12))

    return judge


def make_cartoon_judge(path: str | Path, model: Model) -> Judge:
    """Drops segments of a film whose first output is above 0 on average: cartoons. Those without a frame stay."""
    return _make_judge(
        path, model, IMAGENET, "cartoon", lambda score: score > 0, "the mean of its first output is above 0"
    )


def make_aesthetic_judge(path: str | Path, model: Model, least: float) -> Judge:
    """Drops segments of a film whose mean score is less than `least`; those without a frame stay."""
    return _make_judge(path, model, CLIP, "aesthetic", lambda score: score < least, f"its score is less than {least:g}")


def _make_judge(
    path: str | Path, model: Model, eye: Preprocessing, word: str, bad: Callable[[float], bool], why: str
) -> Judge:
    def judge(segment: Segment) -> Segment:
        score = _mean(model, prepare_pictures(sample_frames(path, segment), eye))
        judged = replace(segment, scores={**segment.scores, word: score})
        return judged.drop(word, f"{why}: {score:g}") if score is not None and bad(score) else judged

    return judge


def sample_frames(path: str | Path, segment: Segment) -> Iterator[np.ndarray]:
    """Two pictures a second of the first seconds of a segment, (H, W, 3) uint8 RGB; each read after a seek."""
    with open_video(path) as video:
        end = min(segment.end, segment.start + SECONDS)
        yield from (frame.rgb for frame in video.frames(segment.start, end, RATE))


def _mean(model: Model, inputs: np.ndarray) -> float | None:
    if not len(inputs):
        return None
    outputs = np.asarray(model(inputs), np.float64)
    return round(float(outputs.reshape(len(inputs), -1)[:, 0].mean()), 5)
