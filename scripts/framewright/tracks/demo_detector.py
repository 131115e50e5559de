"""The demo's detector: trained from nothing on rendered scenes, for the demo and the tests alone."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import yaml

from framewright.detector import Detector, Settings, export, open_detector, train
from framewright.scenes.render import scene
from framewright.tracks.practice import NAMES, Picture, frames_of, practice, write_practice
from framewright.tracks.rating import map50

STEP = 15  # every so many frames of demo:street are rated


@dataclass(frozen=True)
class Recipe:
    """How it is trained: pictures, their side in pixels, rounds through all of them, and where chance begins."""

    pictures: int = 1600
    size: int = 192
    epochs: int = 14
    seed: int = 0
    held_out: int = 200


def make_detector(weights: Path, network: Path, recipe: Recipe, folder: Path) -> dict[str, Any]:
    """Train `network` (a .yaml of ultralytics) by the recipe in `folder` and write it to `weights` as ONNX.

    Returns its card: what it finds, how well, on what it was trained, and its licence.
    """
    write_practice(folder, "train", practice(recipe.seed, "train", recipe.pictures, recipe.size))
    data = folder / "data.yaml"
    names = dict(enumerate(NAMES))
    # nothing is rated while it trains, so that what is held out is seen once, at the end
    data.write_text(
        yaml.safe_dump({"path": str(folder.absolute()), "train": "images/train", "val": "images/train", "names": names})
    )
    trained, losses = train(network, data, folder.absolute(), recipe.size, recipe.epochs, recipe.seed)
    export(trained, weights, "The detector of Framewright's demo: for its rendered scenes alone, not for real footage.")
    packed = weights.read_bytes()
    return {
        "weights": "demo.onnx",
        "sha256": hashlib.sha256(packed).hexdigest(),
        "bytes": len(packed),
        "classes": list(NAMES),
        "for": "the demo and the tests alone; it knows nothing of real footage",
        "map50": rate(weights, recipe),
        "recipe": asdict(recipe),
        "loss": [round(loss, 4) for loss in losses],
        "made_by": f"snakemake tracks_detector, with ultralytics {version('ultralytics')}",
        "licence": "AGPL-3.0 (trained with ultralytics); see LICENSE beside it",
    }


def rate(weights: Path, recipe: Recipe) -> dict[str, float]:
    """mAP50 on pictures of other seeds, another light and other textures, and on frames of demo:street."""
    small = open_detector(weights, Settings(size=recipe.size, confidence=0.001))
    whole = open_detector(weights, Settings(confidence=0.001))
    return {
        "held-out": _map50(small, practice(recipe.seed, "held-out", recipe.held_out, recipe.size)),
        "demo:street": _map50(whole, frames_of(scene("street"), STEP)),
    }


def write_card(path: Path, card: dict[str, Any]) -> None:
    """Write the card as JSON, the same card as the same bytes."""
    path.write_text(json.dumps(card, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def _map50(detector: Detector, pictures: Iterable[Picture]) -> float:
    pictures = list(pictures)
    found = [detector([picture.rgb])[0] for picture in pictures]
    return round(map50(found, [picture.boxes for picture in pictures], [picture.labels for picture in pictures]), 4)
