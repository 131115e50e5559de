"""A gallery of many items that opens from disk, without a server: a page, its data as scripts, posters in sheets.

`index.html` reads `data/gallery.js` (what there is) and `data/chunk_000.js`, ... (columns of 5,000 items each), since a
page from disk may read nothing but scripts, pictures and films. `sheets/sheet_0000.jpg`, ... hold 100 posters each.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import cv2
import numpy as np

HERE = Path(__file__).parent
CHUNK = 5000  # items of one script
COLUMNS, PER_SHEET = 10, 100  # posters of one sheet
QUALITY = 82  # of a sheet's JPEG


@dataclass(frozen=True)
class Field:
    """A column of the gallery.

    `kind` says what it is good for: "choice" (few values, to filter by), "number" (a range), "text" (to search), or
    "media" (path of a picture or film, or a list of them, relative to the gallery's `root`; None where there is none).
    """

    name: str
    label: str
    kind: str
    sentence: str = ""
    film: bool = False
    pixels: bool = False  # enlarge without smoothing


@dataclass(frozen=True)
class Gallery:
    """What a gallery shows: its title, its columns, and which of them stand below a poster."""

    title: str
    fields: Sequence[Field]
    caption: Sequence[str]
    use: str  # what to do with an exported list of ids
    poster: tuple[int, int] = (160, 120)  # width and height in pixels
    root: str = "../"  # from the gallery's folder to where media paths begin


def write_gallery(
    folder: Path, gallery: Gallery, items: Iterable[Mapping[str, Any]], posters: Iterable[np.ndarray | None]
) -> int:
    """Write the gallery into `folder`, which exists and is empty; return the number of items.

    Each item has an `id` and a value (or None) for each field. `posters` has its picture, (height, width, 3) uint8 RGB
    of any size, or None. Items are read once, in order, and a chunk of them is in memory.
    """
    for name in ("data", "sheets"):
        (folder / name).mkdir()
    sheets = _Sheets(folder / "sheets", gallery.poster)
    names = ["id", *(field.name for field in gallery.fields)]
    count = chunks = 0
    for part in _batches(zip(items, posters, strict=True)):
        columns: dict[str, list[Any]] = {name: [item[name] for item, _ in part] for name in names}
        columns["poster"] = [None if poster is None else sheets.add(poster) for _, poster in part]
        text = json.dumps(columns, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
        path = folder / "data" / f"chunk_{chunks:03}.js"
        path.write_text(f"galleryChunk({chunks}, {_harmless(text)});\n", encoding="utf-8")
        count, chunks = count + len(part), chunks + 1
    sheets.close()
    described = {key: value for key, value in asdict(gallery).items() if key != "fields"}
    described |= {"fields": [asdict(field) for field in gallery.fields], "count": count, "chunks": chunks}
    described |= {"columns": COLUMNS, "per_sheet": PER_SHEET}
    data = f"window.GALLERY = {_harmless(json.dumps(described, ensure_ascii=False, indent=1))};\n"
    (folder / "data" / "gallery.js").write_text(data, encoding="utf-8")
    page = (HERE / "gallery.html").read_text(encoding="utf-8")
    for mark, name in (("{{style}}", "gallery.css"), ("{{script}}", "gallery.js")):
        page = page.replace(mark, (HERE / name).read_text(encoding="utf-8"))
    (folder / "index.html").write_text(page, encoding="utf-8")
    return count


class _Sheets:
    """Posters, gathered into sheets as they come."""

    def __init__(self, folder: Path, size: tuple[int, int]) -> None:
        self.folder, self.size, self.count = folder, size, 0
        self.sheet = self._blank()

    def add(self, poster: np.ndarray) -> int:
        """Put a poster at the next place, as large as fits and in the middle; return the number of the place."""
        width, height = self.size
        place = self.count % PER_SHEET
        y, x = divmod(place, COLUMNS)
        fitted = fit_poster(poster, self.size)
        self.sheet[y * height : (y + 1) * height, x * width : (x + 1) * width] = fitted
        self.count += 1
        if place == PER_SHEET - 1:
            self._write()
        return self.count - 1

    def close(self) -> None:
        """Write the last sheet, which may have free places."""
        if self.count % PER_SHEET:
            self._write()

    def _write(self) -> None:
        number = (self.count - 1) // PER_SHEET
        _, encoded = cv2.imencode(".jpg", self.sheet[:, :, ::-1], [cv2.IMWRITE_JPEG_QUALITY, QUALITY])
        (self.folder / f"sheet_{number:04}.jpg").write_bytes(encoded.tobytes())
        self.sheet = self._blank()

    def _blank(self) -> np.ndarray:
        width, height = self.size
        return np.full((height * PER_SHEET // COLUMNS, width * COLUMNS, 3), 27, np.uint8)


def fit_poster(picture: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """A picture (h, w, 3) uint8, scaled to fit into `size` (width, height) with its shape kept, on dark ground.

    >>> fit_poster(np.zeros((90, 40, 3), np.uint8), (160, 120)).shape
    (120, 160, 3)
    """
    width, height = size
    scale = min(width / picture.shape[1], height / picture.shape[0])
    inner = (max(1, round(picture.shape[1] * scale)), max(1, round(picture.shape[0] * scale)))
    scaled = cv2.resize(picture, inner, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_NEAREST)
    fitted = np.full((height, width, 3), 27, np.uint8)
    left, top = (width - inner[0]) // 2, (height - inner[1]) // 2
    fitted[top : top + inner[1], left : left + inner[0]] = scaled
    return fitted


def _batches(items: Iterable[Any]) -> Iterator[list[Any]]:
    rest = iter(items)
    while part := list(islice(rest, CHUNK)):
        yield part


def _harmless(text: str) -> str:
    """JSON that may stand in a script: nothing in it ends the script, and no line end hides in it."""
    return text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")
