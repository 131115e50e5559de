"""The pictures of a card: a few of those that were made to be shown, small enough to be read with the text."""

import shutil
from collections.abc import Iterable, Iterator
from itertools import islice, zip_longest
from pathlib import Path

from PIL import Image

MOST = 3
SIZE = (960, 720)  # pixels; what is larger is shrunk to the width, and cut at the bottom
AS_IT_IS = (".svg", ".gif")
QUALITY = 88  # of a JPEG


def write_pictures(folder: Path, candidates: Iterable[str | Path], most: int = MOST) -> int:
    """Make `folder` with the first pictures of the candidates, which are files or folders; how many there are.

    Each candidate gives one before any gives a second.
    """
    folder.mkdir(parents=True)
    number = 0
    for path in islice(_take_turns(candidates), most):
        number += 1
        if path.suffix in AS_IT_IS:
            shutil.copyfile(path, folder / f"{number}{path.suffix}")
            continue
        with Image.open(path) as opened:
            picture = opened.convert("RGB")
        if picture.width > SIZE[0]:
            picture = picture.resize((SIZE[0], max(1, round(picture.height * SIZE[0] / picture.width))))
        picture = picture.crop((0, 0, picture.width, min(picture.height, SIZE[1])))
        picture.save(folder / f"{number}.jpg", quality=QUALITY)
    return number


def _take_turns(candidates: Iterable[str | Path]) -> Iterator[Path]:
    lists = [_list_pictures(Path(one)) for one in candidates]
    return (path for turn in zip_longest(*lists) for path in turn if path)


def _list_pictures(place: Path) -> list[Path]:
    found = sorted(place.rglob("*")) if place.is_dir() else [place]
    stills = [path for path in found if path.suffix in (".png", ".jpg", ".svg")]
    return stills + [path for path in found if path.suffix == ".gif"]
