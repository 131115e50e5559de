"""Which pictures of digits can be used: enough of them to see at every size, and none that both splits show."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import numpy as np

from framewright.study.funnel import Item
from framewright.study.rows import KEPT
from framewright.videomnist.clip_spec import GlyphSpec
from framewright.videomnist.digits import Digits, find_repeated
from framewright.videomnist.render import prepare_glyphs
from framewright.videomnist.row_columns import CONVERTED

BATCH = 100  # pictures that are looked at together
THIN = "it has too few pixels to be seen, even where it is drawn much larger than others"
REPEATED = "a picture for training is the same, pixel by pixel"


def select(digits: Mapping[str, Digits], spec: GlyphSpec) -> tuple[dict[str, Digits], list[Item]]:
    """The pictures that can be drawn at these sizes, and of each one that there was what became of it."""
    kept, items = {}, []
    for split, part in digits.items():
        batches = (part.images[first : first + BATCH] for first in range(0, len(part.images), BATCH))
        thin = ~np.concatenate([prepare_glyphs(batch, spec).good for batch in batches])
        again = find_repeated(digits) if split == "test" else np.zeros_like(thin)
        for index, is_thin, is_again in zip(part.index.tolist(), thin, again, strict=True):
            reason, detail = ("thin", THIN) if is_thin else ("repeated", REPEATED) if is_again else ("", "")
            items.append(Item("pictures", "", f"{split}-{index:05}", reason, detail))
        good = ~(thin | again)
        kept[split] = Digits(part.images[good], part.labels[good], part.index[good])
    return kept, items


def list_videos(videos: Mapping[str, int]) -> Iterator[Item]:
    """An item for each video of each split: all that are begun are finished."""
    return (Item("videos", "", f"{split}-{index:06}") for split, count in videos.items() for index in range(count))


def list_film_rows(films: Mapping[str, Iterable[Item]]) -> Iterator[dict[str, Any]]:
    """A row for each film of a class folder; `films` are the outcomes by part, such as train-3."""
    for part, items in films.items():
        for item in items:
            name = f"converted {part} {item.name}"
            split = part.partition("-")[0]
            yield {"video": "", "item": name, "state": item.reason or KEPT, "path": CONVERTED, "split": split}
