"""The demo's detector: trained from nothing on rendered scenes, for the demo and the tests alone."""

import hashlib
from collections.abc import Iterable
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from typing import Any

import yaml

from framewright.detector import Detector, Settings, export, open_detector, train
from framewright.scenes.render import make_scene
from framewright.study.record import write_record
from framewright.tracks.demo_detector.options import Recipe
from framewright.tracks.demo_detector.pictures import (
    NAMES,
    RATED,
    SMALLEST,
    Picture,
    draw_frames,
    draw_practice,
    draw_streets,
    draw_thrown,
    write_practice,
)
from framewright.tracks.demo_detector.rating import measure_map50

SIZE = 384  # pixels of the longer side of the demo's frames where they are looked at
DESCRIPTION = "The detector of Framewright's demo: for its rendered scenes alone, not for real footage."
STEP = 15  # every so many frames of demo:street are rated


def make_detector(weights: Path, network: Path, recipe: Recipe, folder: Path) -> dict[str, Any]:
    """Train `network` (a .yaml of ultralytics) by the recipe in `folder` and write it to `weights` as ONNX.

    Returns its card: what it finds, how well, on what it was trained, and its licence.
    """
    write_practice(folder, draw_practice(recipe.seed, recipe.pictures, recipe.size))
    # nothing is rated while it trains; ultralytics wants to look at some pictures at the end
    (folder / "few.txt").write_text("".join(f"./images/{number:05d}.jpg\n" for number in range(1, 9)))
    data = folder / "data.yaml"
    about = {"path": str(folder.absolute()), "train": "images", "val": "few.txt", "names": dict(enumerate(NAMES))}
    data.write_text(yaml.safe_dump(about))
    trained, losses = train(network, data, folder.absolute(), recipe.size, recipe.epochs, recipe.seed)
    export(trained, weights, DESCRIPTION, SIZE)
    packed = weights.read_bytes()
    return {
        "weights": "demo.onnx",
        "sha256": hashlib.sha256(packed).hexdigest(),
        "bytes": len(packed),
        "classes": list(NAMES),
        "for": "the demo and the tests alone; it knows nothing of real footage",
        "map50": rate(weights, recipe),
        "rated": f"things at least {SMALLEST} pixels high of which {RATED:.0%} is seen; others are not counted",
        "recipe": asdict(recipe),
        "loss": [round(loss, 4) for loss in losses],
        "made_by": f"snakemake tracks_detector, with ultralytics {version('ultralytics')}",
        "licence": "AGPL-3.0 (trained with ultralytics); see LICENSE beside it",
    }


def rate(weights: Path, recipe: Recipe) -> dict[str, float]:
    """mAP50 on windows of unseen streets, on frames of demo:street, and on things thrown together before unseen
    backgrounds."""
    small = open_detector(weights, Settings(size=recipe.size, confidence=0.001))
    whole = open_detector(weights, Settings(confidence=0.001))
    held_out = recipe.seed, "held-out", recipe.held_out, recipe.size
    return {
        "held-out streets": round(rate_pictures(small, draw_streets(*held_out)), 4),
        "demo:street": round(rate_pictures(whole, draw_frames(make_scene("street"), STEP)), 4),
        "held-out things thrown together": round(rate_pictures(small, draw_thrown(*held_out)), 4),
    }


def rate_pictures(detector: Detector, pictures: Iterable[Picture]) -> float:
    """mAP50 of a detector on these pictures."""
    pictures = list(pictures)
    found = [detector([picture.rgb])[0] for picture in pictures]
    boxes, labels = [picture.boxes for picture in pictures], [picture.labels for picture in pictures]
    return measure_map50(found, boxes, labels, [picture.is_clear(RATED) for picture in pictures])


def write_card(path: Path, card: dict[str, Any]) -> None:
    """Write the card as JSON, the same card as the same bytes."""
    write_record(path, card)
