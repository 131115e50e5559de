"""What the moving digits promise, each promise found to hold or broken."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from itertools import zip_longest
from pathlib import Path
from typing import Any

import h5py
import numpy as np

from framewright.study.contract import Finding, make_finding
from framewright.study.rows import KEPT
from framewright.videomnist import videogpt_loader
from framewright.videomnist.clip_spec import SPLITS, ClipSpec
from framewright.videomnist.digits import Digits, find_repeated
from framewright.videomnist.measure import Measures
from framewright.videomnist.render import INK, MARGIN
from framewright.videomnist.row_columns import DIGITS
from framewright.videomnist.store import GREY, PRIVATE, RGB, digest, read_packed_videos

INK_KEPT = (0.95, 1.05)  # interpolation of a turned and resized digit is a few percent off its sum
OFFSET = 0.5  # pixels at 64 pixels a side
SPEED_ERROR = 0.05  # part of the stated speed by which the mean of a motion may be off
ENOUGH = 50  # videos of a motion over which a mean is taken seriously
EXTENT = 6  # pixels at 64 pixels a side that a digit goes away from where it was
TREMBLE = 0.3  # pixels that interpolation may add to a step
LOOKED_AT = 30  # videos of each split that are decoded by plain h5py, at even distances


@dataclass(frozen=True, eq=False)
class SplitRecord:
    """What the shards recorded of a split, in the order of its videos."""

    measures: Measures
    columns: dict[str, np.ndarray]  # labels, source, motion, speed, trajectory, digest


def read_records(shards: Sequence[str | Path]) -> SplitRecord:
    """What was recorded when these shards were drawn."""
    parts = []
    for path in shards:
        with h5py.File(path) as file:
            parts.append({name: file[name][()] for name in file if name not in (GREY, RGB)})
    columns = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    measured = columns.pop("measured")
    return SplitRecord(Measures(*measured.T), columns)


def check_files(
    documented: Path, videogpt: Path, made: Mapping[str, SplitRecord], digits: Mapping[str, Digits], spec: ClipSpec
) -> list[Finding]:
    """Check both files against what was measured of every frame when it was drawn, and against what drew it."""
    videos = f"{sum(len(record.columns['labels']) for record in made.values()):,} videos"
    motions = f"{', '.join(spec.motions)}; to one video"
    decoded = f"{LOOKED_AT} of each split at most"
    return [
        make_finding("VideoGPT's loader reads its file", videogpt_loader.find_faults(videogpt), videos),
        make_finding("the documented file is as documented", _check_documented(documented, made, spec), videos),
        make_finding("what was measured is what both files hold", _check_packed(documented, videogpt, made), videos),
        make_finding("decoded videos agree in both files", _check_decoded(documented, videogpt), decoded),
        *_check_frames(made, spec),
        *_check_motions(made, spec),
        make_finding("each digit is shown equally often", _find_uneven(made), "to the video"),
        make_finding("each motion is used equally by each digit", _find_unbalanced(made, len(spec.motions)), motions),
        make_finding("no two videos are alike", _find_alike(made), videos),
        make_finding("train and test show different pictures", _find_shared(made, digits), _count_pictures(made)),
    ]


def _check_frames(made: Mapping[str, SplitRecord], spec: ClipSpec) -> Iterator[Finding]:
    """What holds of every frame, as it was measured."""
    margin, pixels, zoom = MARGIN * spec.zoom, INK * spec.zoom**2, spec.zoom
    names = [f"{split}-{place:06}" for split, record in made.items() for place in range(len(record.columns["speed"]))]
    worst = {
        f.name: np.concatenate([getattr(each.measures, f.name) for each in made.values()]) for f in fields(Measures)
    }
    beyond = worst["step"] - np.concatenate([each.columns["speed"] for each in made.values()])
    frames = f"in {len(names) * spec.frames:,} frames"
    slips = f"longest {worst['step'].max():.2f} pixels a frame, at most {beyond.max():+.2f} from its speed"

    def of_all(name: str, wrong: np.ndarray, figures: str) -> Finding:
        return make_finding(name, (names[place] for place in np.flatnonzero(wrong)), figures)

    lost = (worst["ink"] < INK_KEPT[0]) | (worst["ink"] > INK_KEPT[1])
    yield of_all("all ink is visible", lost, f"least {worst['ink'].min():.3f} of it {frames}")
    kept = f"least {worst['margin'].min():.0f} {frames}"
    yield of_all(f"{margin:g} pixels of margin are kept", worst["margin"] < np.floor(margin), kept)
    bright = f"least {worst['pixels'].min():.0f} {frames}"
    yield of_all(f"{pixels:g} pixels are not black", worst["pixels"] < pixels, bright)
    off = f"off by {worst['offset'].max():.2f} pixels at most"
    yield of_all("digits are where the trajectory says", worst["offset"] > OFFSET * zoom, off)
    yield of_all("no step is longer than its video's speed", beyond > TREMBLE * zoom, slips)


def _check_motions(made: Mapping[str, SplitRecord], spec: ClipSpec) -> Iterator[Finding]:
    """Digits move as fast as it is stated, and go somewhere."""
    motion, speed = (np.concatenate([each.columns[name] for each in made.values()]) for name in ("motion", "speed"))
    mean, extent = (
        np.concatenate([getattr(each.measures, name) for each in made.values()]) for name in ("mean_step", "extent")
    )
    slow, figures = [], []
    for place, name in enumerate(spec.motions):
        of_it = motion == place
        share = float(mean[of_it].sum() / max(speed[of_it].sum(), 1e-9))
        figures.append(f"{name} {share:.3f}")
        if np.count_nonzero(of_it) >= ENOUGH and abs(share - 1) > SPEED_ERROR:
            slow.append(f"{name} {share:.3f} of it over {np.count_nonzero(of_it)} videos")
    promise = f"the mean speed of each motion is within {SPEED_ERROR:.0%} of the stated one"
    yield make_finding(promise, slow, ", ".join(figures))
    least = np.minimum(EXTENT * spec.zoom, 0.3 * speed * (spec.frames - 1))
    still = [f"video {place} covers {extent[place]:.1f}" for place in np.flatnonzero(extent < least)]
    yield make_finding(f"no digit stays within {EXTENT:g} pixels", still, f"the least covers {extent.min():.1f}")


def _check_documented(path: Path, made: Mapping[str, SplitRecord], spec: ClipSpec) -> Iterator[str]:
    with h5py.File(path) as file:
        expected = {"sequence_length": spec.frames - 1, "resolution": spec.size, "n_classes": 10}
        expected |= {f"{split}_videos": len(record.columns["labels"]) for split, record in made.items()}
        for name, value in expected.items():
            if file.attrs.get(name) != value:
                yield f"attribute {name} is {file.attrs.get(name)}, not {value}"
        for split, record in made.items():
            count = len(record.columns["labels"])
            shape = (count * (spec.frames - 1), spec.size, spec.size)
            data = file[f"{split}_data"]
            if data.shape != shape or data.dtype != np.uint8:
                yield f"{split}_data is {data.dtype} {data.shape}, not uint8 {shape}"
            if not np.array_equal(file[f"{split}_idx"], np.arange(count) * (spec.frames - 1)):
                yield f"{split}_idx is not every {spec.frames - 1}th frame"
            for name in [name for name in record.columns if name not in PRIVATE]:
                if not np.array_equal(file[f"{split}_{name}"], record.columns[name]):
                    yield f"{split}_{name} is not what was drawn"


def _check_packed(documented: Path, videogpt: Path, made: Mapping[str, SplitRecord]) -> Iterator[str]:
    for place, path in enumerate((documented, videogpt)):
        with h5py.File(path) as file:
            for split, record in made.items():
                digests = [digest(packed) for _, packed in read_packed_videos(file[f"{split}_data"])]
                expected = record.columns["digest"][:, place].tolist()
                wrong = [index for index, pair in enumerate(zip_longest(digests, expected)) if len({*pair}) > 1]
                yield from (f"{path.name}: video {index} of {split}" for index in wrong)


def _check_decoded(documented: Path, videogpt: Path) -> Iterator[str]:
    with h5py.File(documented) as grey, h5py.File(videogpt) as rgb:
        for split in SPLITS:
            count, length = len(grey[f"{split}_idx"]), int(grey.attrs["sequence_length"])
            for index in np.unique(np.linspace(0, count - 1, LOOKED_AT).astype(int)) if count else ():
                frames = grey[f"{split}_data"][index * length : (index + 1) * length]
                colours = rgb[f"{split}_data"][index * (length + 1) : (index + 1) * (length + 1)]
                if not (frames[..., None] == colours[:length]).all() or not (colours == colours[..., :1]).all():
                    yield f"video {index} of {split} differs"


def _find_uneven(made: Mapping[str, SplitRecord]) -> Iterator[str]:
    for split, record in made.items():
        counts = np.bincount(record.columns["labels"], minlength=10)
        if np.ptp(counts):
            yield f"{split}: {', '.join(map(str, counts))}"


def _find_unbalanced(made: Mapping[str, SplitRecord], motions: int) -> Iterator[str]:
    for split, record in made.items():
        counts = count_motions(record.columns["labels"], record.columns["motion"], motions)
        for digit in np.flatnonzero(np.ptp(counts, axis=1) > 1):
            yield f"{split}: digit {digit} uses them {', '.join(map(str, counts[digit]))} times"


def count_motions(labels: np.ndarray, motion: np.ndarray, motions: int) -> np.ndarray:
    """(10, motions) int: how often each digit moves in each way."""
    return np.bincount(labels * motions + motion, minlength=10 * motions).reshape(10, motions)


def _find_alike(made: Mapping[str, SplitRecord]) -> Iterator[str]:
    digests = np.concatenate([record.columns["digest"][:, 0] for record in made.values()])
    values, counts = np.unique(digests, return_counts=True)
    yield from (f"{counts[place]} with digest {values[place]:016x}" for place in np.flatnonzero(counts > 1))


def _find_shared(made: Mapping[str, SplitRecord], digits: Mapping[str, Digits]) -> Iterator[str]:
    for index in digits["test"].index[find_repeated(digits)]:
        yield f"test picture {index} is in both"
    for split, record in made.items():
        unknown = np.setdiff1d(record.columns["source"], digits[split].index)
        yield from (f"{split} shows picture {source}, which belongs to another split" for source in unknown)


def _count_pictures(made: Mapping[str, SplitRecord]) -> str:
    counts = (f"{len(np.unique(record.columns['source'])):,} for {split}" for split, record in made.items())
    return ", ".join(counts)


def list_rows(made: Mapping[str, SplitRecord], motions: Sequence[str]) -> Iterator[dict[str, Any]]:
    """A row for each video."""
    for split, record in made.items():
        columns, measures = record.columns, record.measures
        for place in range(len(columns["labels"])):
            yield {
                "video": "",
                "item": f"{split}-{place:06}",
                "state": KEPT,
                "path": DIGITS,
                "split": split,
                "place": place,
                "digit": int(columns["labels"][place]),
                "picture": int(columns["source"][place].flat[0]),
                "motion": motions[columns["motion"][place]],
                "speed": float(columns["speed"][place]),
                "margin": int(measures.margin[place]),
                "pixels": int(measures.pixels[place]),
                "ink": float(measures.ink[place]),
                "offset": float(measures.offset[place]),
                "step": float(measures.step[place]),
                "mean_step": float(measures.mean_step[place]),
            }
