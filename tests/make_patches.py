"""Rows of a manifest of patches and their files, for tests that need no film."""

from fractions import Fraction
from pathlib import Path

import numpy as np
from house import ROOT
from make_film import texture

from framewright.patches.checks import Scores
from framewright.patches.cut import Film
from framewright.patches.film import Quality
from framewright.patches.manifest import Patch, make_files
from framewright.patches.record import FilmPlan
from framewright.patches.settings import read_categories
from framewright.patches.stack import Degrading
from framewright.patches.view import View
from framewright.study import config
from framewright.video.fingerprint import hash_picture

SIZE = WIDTH, HEIGHT = 96, 72
FORMAT = {"tiny": {"width": WIDTH, "height": HEIGHT, "folder": "Tiny", "suffix": ""}}
CHOSEN = {"formats": FORMAT, "categories": {"general": {"path": "G", "formats": {"tiny": 1}}}}
CATEGORIES = read_categories(config.complete({"patches": CHOSEN}, ROOT / "config/schemas")[0]["patches"])
SEEN, FRAME = texture(1, *SIZE), texture(2, *SIZE)


def plan(video: str, counts: dict[str, int]) -> FilmPlan:
    """The plan of a film that can be used."""
    film = Film(video, "0" * 64, "train", View(SIZE, "SDR"), (0, 0, *SIZE), Quality(1, 1, 1))
    return FilmPlan(video, "train", counts, "", "", film, (), (), ())


def row(
    video: str, number: int = 0, split: str = "train", patch: np.ndarray = SEEN, frame: np.ndarray = FRAME
) -> Patch:
    """The row of a film's window `number`, whose patch and whole frame look like these grey pictures."""
    times = tuple(Fraction(7 * number + k, 24) for k in range(7))
    name = f"{video}_{number}.png"
    return Patch(
        *(name, "general", split, "tiny", "tiny", video, "0" * 64, number, 0, times, (0, 0, *SIZE), "bicubic"),
        *(
            Degrading(),
            "SDR",
            View(SIZE, "SDR"),
            Scores(*[1.0] * 8),
            Quality(1, 1, 1),
            hash_picture(patch),
            hash_picture(frame),
        ),
        *(f"G/Learn/Tiny/{kind}/{name}" for kind in ("GT", "LR_5frames", "LR_7frames")),
    )


def write_files(dataset: Path, patch: Patch, kernel: str | None = None) -> None:
    """The files of a row, by its kernel or another, in the folder of the dataset."""
    wide = np.dstack([texture(3 + patch.index, WIDTH + 7, HEIGHT)] * 3)
    pictures = [wide[:, shift : shift + WIDTH] for shift in range(7)]
    for kind, content in make_files(pictures, kernel or patch.kernel, patch.degrading).items():
        path = dataset / patch.files[kind]
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
