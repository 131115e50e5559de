"""The manifest of patches: a row for each, from which it can be made again to the same bytes."""

import csv
import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, fields
from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np

from framewright.errors import UserError
from framewright.patches.checks import Scores
from framewright.patches.fields import deinterlace
from framewright.patches.film import Quality
from framewright.patches.formats import FOLDERS, HELD_OUT, SPAN, Box
from framewright.patches.stack import Degrading, encode_png, make_low, stack_frames
from framewright.patches.view import View, dump_view, load_view
from framewright.video.stream import open_video


@dataclass(frozen=True)
class Patch:
    """A row of the manifest.

    Times are exact, in seconds on the film's clock. The crop is in pixels of the frame after scaling, of which `view`
    says all. `drawn` is the format that the category's shares gave, where the film was too small for it. `patch_hash`
    and `frame_hash` are perceptual hashes of the sharp patch and of its frame. Files are paths within the dataset.
    """

    patch: str
    category: str
    split: str
    format: str
    drawn: str
    video: str
    sha256: str
    index: int
    attempt: int
    times: tuple[Fraction, ...]
    crop: Box
    kernel: str
    degrading: Degrading
    chain: str
    view: View
    scores: Scores
    quality: Quality
    patch_hash: str
    frame_hash: str
    gt: str
    lr_5frames: str
    lr_7frames: str

    @property
    def files(self) -> dict[str, str]:
        """Its paths within the dataset, by GT, LR_5frames and LR_7frames."""
        return dict(zip(FOLDERS, (self.gt, self.lr_5frames, self.lr_7frames), strict=True))


SCORES = {
    f"{kind}_{field.name}": (kind, field.name)
    for kind, of in (("window", Scores), ("film", Quality))
    for field in fields(of)
}
PLAIN = ("patch", "category", "split", "format", "drawn", "video", "sha256", "index", "attempt")
COLUMNS = (
    *PLAIN,
    "times",
    "crop",
    "kernel",
    "degrading",
    "chain",
    "view",
    *SCORES,
    "patch_hash",
    "frame_hash",
    *(f.lower() for f in FOLDERS),
)


def place_file(root: str, folder: str, split: str, kind: str, name: str) -> str:
    """Where a file belongs within the dataset; `kind` is GT, LR_5frames or LR_7frames. Held out, LR_5frames is LR."""
    if split in HELD_OUT:
        folder, kind = HELD_OUT[split], "LR" if kind == "LR_5frames" else kind
    return f"{root}/{folder}/{kind}/{name}"


def write_patches(path: str | Path, patches: Iterable[Patch]) -> None:
    """Write the rows as tab-separated text; the same rows give the same bytes."""
    with Path(path).open("w", encoding="utf-8", newline="\n") as file:
        file.write("\t".join(COLUMNS) + "\n")
        for patch in patches:
            file.write("\t".join(_cells(patch)) + "\n")


def _cells(patch: Patch) -> Iterator[str]:
    yield from (str(getattr(patch, name)) for name in PLAIN)
    yield ",".join(map(str, patch.times))
    yield ",".join(map(str, patch.crop))
    yield patch.kernel
    yield json.dumps(asdict(patch.degrading))
    yield patch.chain
    yield json.dumps(dump_view(patch.view))
    scores = {"window": patch.scores, "film": patch.quality}
    yield from (str(getattr(scores[kind], name)) for kind, name in SCORES.values())
    yield from (patch.patch_hash, patch.frame_hash, patch.gt, patch.lr_5frames, patch.lr_7frames)


def read_patches(path: str | Path) -> Iterator[Patch]:
    """The rows of a manifest, one after the other."""
    with Path(path).open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        if tuple(rows.fieldnames or ()) != COLUMNS:
            raise UserError(f"{path}: not a manifest of patches; delete it and run again")
        for row in rows:
            scores: dict[str, dict[str, float]] = {kind: {} for kind in ("window", "film")}
            for column, (kind, name) in SCORES.items():
                scores[kind][name] = float(row[column])
            x1, y1, x2, y2 = map(int, row["crop"].split(","))
            yield Patch(
                patch=row["patch"],
                category=row["category"],
                split=row["split"],
                format=row["format"],
                drawn=row["drawn"],
                video=row["video"],
                sha256=row["sha256"],
                index=int(row["index"]),
                attempt=int(row["attempt"]),
                times=tuple(map(Fraction, row["times"].split(","))),
                crop=(x1, y1, x2, y2),
                kernel=row["kernel"],
                degrading=Degrading(**json.loads(row["degrading"])),
                chain=row["chain"],
                view=load_view(json.loads(row["view"])),
                scores=Scores(**scores["window"]),
                quality=Quality(**scores["film"]),
                patch_hash=row["patch_hash"],
                frame_hash=row["frame_hash"],
                gt=row["gt"],
                lr_5frames=row["lr_5frames"],
                lr_7frames=row["lr_7frames"],
            )


def make_files(pictures: list[np.ndarray], kernel: str, degrading: Degrading) -> dict[str, bytes]:
    """A patch's PNG files by GT, LR_5frames and LR_7frames, from its window's seven crops (h, w, 3) uint8."""
    lows = [make_low(picture, kernel, degrading, number) for number, picture in enumerate(pictures)]
    made = {"GT": pictures[SPAN // 2]} | stack_frames(lows)
    return {kind: encode_png(picture) for kind, picture in made.items()}


def rebuild(patch: Patch, film: str | Path) -> dict[str, bytes]:
    """A patch made again from its row and its film: the bytes of its files, by GT, LR_5frames and LR_7frames."""
    cv2.setNumThreads(1)
    wanted = set(patch.times)
    with open_video(film) as video:
        frames = video.frames(start=patch.times[0])
        found = []
        for frame in frames:
            if frame.time in wanted:
                found.append(frame)
            if frame.time >= patch.times[-1]:
                break
    if len(found) != SPAN:
        raise UserError(f"{film}: {len(found)} of the {SPAN} frames of {patch.patch} are in it; is it the same film?")
    if patch.view.fields:
        found = deinterlace(found, patch.view.fields)
    pictures = [patch.view.crop(frame, patch.crop) for frame in found]
    return make_files(pictures, patch.kernel, patch.degrading)
