"""Small results at the paths that README and docs name, and the Python blocks that read them."""

import re
import shutil
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from house import ROOT
from make_video import make_video

from framewright.study.record import write_record
from framewright.study.rows import write_rows
from framewright.video.examine import probe

NUMBER = 42  # of the clip that README names


@dataclass(frozen=True)
class Block:
    """A Python block of a document, and the number of its first line."""

    path: Path
    line: int
    code: str

    def __str__(self) -> str:
        return f"{self.path.name}:{self.line}"


def list_blocks(language: str = "python") -> list[Block]:
    """All blocks of README and docs in a language, in their order."""
    found = []
    for path in [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]:
        text = path.read_text()
        for match in re.finditer(rf"^ *```{language}\n(.*?)^ *```", text, re.S | re.M):
            found.append(Block(path, text[: match.start()].count("\n") + 2, match[1]))
    return found


def lay_out(folder: Path) -> None:
    """Write below `folder` what the documents' blocks read, as small as it can be."""
    results = folder / "results"
    write_pairs(results / "patches/dataset", "Universal/Mastermodell/Learn")
    write_clips(folder, results / "tracks")
    write_digits(results / "videomnist")
    write_trajectories(results / "persistence")
    write_tree(results / "flexpatch")
    shutil.copy(ROOT / "config/detector/demo.onnx", folder / "yolo.onnx")
    (folder / "config").symlink_to(ROOT / "config")
    source = results / "sources/street"
    source.mkdir(parents=True)
    shutil.copy(folder / "walk.mp4", source / "video")
    write_record(source / "probe.json", probe(str(source / "video")))


def names_of(folder: Path) -> dict[str, Any]:
    """What the blocks take as given: a clip, and frames with what was found in the first."""
    from framewright.persistence.store import Clips

    rng = np.random.default_rng(0)
    picture = np.kron(rng.integers(0, 256, (27, 48, 3)), np.ones((40, 40, 1))).astype(np.uint8)
    return {
        "clip": Clips(folder / "results/persistence/dataset", "augmented_traj")[0],
        "frames": [picture, np.roll(picture, 3, axis=1)],
        "grey": picture[:720, :1280, 0].copy(),
        "boxes": np.array([[100.0, 100, 300, 400], [640, 200, 800, 500]]),
        "scores": np.array([0.9, 0.8]),
        "classes": np.array([0, 1]),
    }


def write_pairs(dataset: Path, root: str) -> None:
    """One pair of pictures: GT, and stacks of five and seven low-resolution frames, with the tables that name it."""
    import pyarrow as pa
    from PIL import Image

    from framewright.exports.shards import Sample, write_shards
    from framewright.patches.exports.basicsr import Pair, write_basicsr
    from framewright.patches.metadata import FILES, KNOWN, compose_readme, write_metadata

    rng, folder = np.random.default_rng(0), f"{root}/Patches"
    places = {}
    for name, height, width in (("GT", 540, 540), ("LR_5frames", 5 * 180, 180), ("LR_7frames", 7 * 180, 180)):
        (dataset / folder / name).mkdir(parents=True)
        picture = rng.integers(0, 256, (height, width, 3), dtype=np.uint8)
        Image.fromarray(picture).save(dataset / folder / name / "one.png")
        places[name.lower()] = [f"{folder}/{name}/one.png"]
    known = {name: pa.array([None], pa.string()) for name in KNOWN} | {"category": ["general"], "split": ["train"]}
    table = pa.table({name: places[name] for name in FILES} | known)
    write_metadata(dataset / folder, folder, table, ["general"])
    (dataset / root / "README.md").write_text(compose_readme(root, table))
    one = Pair("general/train", "one", 540, 540, places["gt"][0], places["lr_7frames"][0])
    write_basicsr(dataset.parent / "export/basicsr", dataset, [one])
    one = Sample("general-one", "train", {"gt.png": dataset / one.gt, "lr7.png": dataset / one.lr_7frames})
    write_shards(dataset.parent / "export/webdataset", [one])


def write_clips(folder: Path, results: Path) -> None:
    """A film of one track, 3 s long, its clip and its row, the documented tree, and exports."""
    import pyarrow as pa

    from framewright.exports.coco import write_coco
    from framewright.exports.mot import write_mot
    from framewright.exports.shards import write_shards
    from framewright.exports.yolo import write_yolo
    from framewright.tracks.clips.extract import extract
    from framewright.tracks.clips.options import ClipSettings
    from framewright.tracks.exports.clips import list_samples
    from framewright.tracks.exports.frames import write_frames
    from framewright.tracks.exports.pictures import list_classes, list_pictures
    from framewright.tracks.exports.sequences import list_sequences
    from framewright.tracks.meta import new_track, write_tracks
    from framewright.tracks.row_columns import COLUMNS
    from framewright.tracks.rows import make_row
    from framewright.tracks.tree import KNOWN, METADATA, write_metadata

    film = make_video(folder / "walk.mp4", range(80), size=(96, 64), rate=25)
    times = np.arange(49) / 16
    boxes = np.tile([0.0, 0, 96, 64], (len(times), 1))
    tracks = [new_track("walk", (96, 64), times, boxes, [0], ["person"], np.full((4, 1), 0.5))]
    place = results / "tracks_mp4/TrackVerseLVIS" / Path(tracks[0].fn).parent
    place.mkdir(parents=True)
    clips = extract(film, tracks, place, ClipSettings())
    (results / "rows").mkdir()
    row = make_row(tracks[0], b"", clips[0], {}, "TrackVerseLVIS")
    write_rows(results / "rows/0-of-1.parquet", COLUMNS, [row], {})
    named = {"file_name": tracks[0].fn, "video_id": "walk", "tid": tracks[0].tid, "split": "train"}
    known = pa.Table.from_pylist([{name: row.get(name) for name in KNOWN} | named], METADATA)
    write_metadata(results / "tracks_mp4/TrackVerseLVIS", known, "TrackVerseLVIS")
    write_frames(results / "frames/walk", "walk", film, tracks, 1.0)
    write_tracks(results / "walk-meta.jsonl.gzip", tracks)
    pictures, names = list_pictures([results / "frames/walk"], {}), list_classes([results / "frames/walk"])
    write_shards(results / "export/webdataset", list_samples([results / "rows/0-of-1.parquet"], {}, results))
    write_coco(results / "export/coco", pictures, names)
    write_yolo(results / "export/yolo", pictures, names)
    write_card(results)
    write_mot(results / "export/mot", list_sequences([results / "walk-meta.jsonl.gzip"], {}, 16.0), names)


def write_card(results: Path) -> None:
    """The card of tracks for programs, as far as it describes clips."""
    from dataclasses import replace

    from framewright.report.card import Store, write_croissant, write_index
    from framewright.report.citation import read_citation
    from framewright.tracks.card import DATASET, describe_clips, list_track_rows

    index = results / "card/index.parquet"
    index.parent.mkdir()
    write_index(index, DATASET, list_track_rows([results / "rows/0-of-1.parquet"], ()))
    for name in DATASET.others:
        write_index(index.with_name(f"{name}.parquet"), DATASET, [], name)
    described = replace(DATASET, media={"clips": describe_clips(index, "TrackVerseLVIS")})
    store = Store({}, {"CC0-1.0": 1}, {}, read_citation(ROOT / "CITATION.cff"))
    write_croissant(index.with_name("croissant.json"), described, store, index)


def write_digits(folder: Path) -> None:
    """Both files of moving digits, ten videos in each split."""
    from framewright.videomnist.clip_spec import ClipSpec
    from framewright.videomnist.digits import load_embedded
    from framewright.videomnist.shard import write_shard
    from framewright.videomnist.store import GREY, RGB, Shape, merge

    folder.mkdir(parents=True)
    spec = ClipSpec(64, 0.1, 2.5, 17, ("bounce", "circular"), (2, 5), 10)
    about = {"n_classes": 10, "motion_types": list(spec.motions), "digits": "test", "seed": 0, "fps": 10}
    digits = load_embedded()
    parts = {split: [folder / f"{split}.h5"] for split in ("train", "test")}
    for split, (path,) in parts.items():
        write_shard(path, digits[split], spec, 0, split, range(10))
    merge(folder / "videomnist.h5", GREY, parts, about, Shape(16, 64))
    merge(folder / "videomnist-videogpt.h5", RGB, parts, about, Shape(16, 64))


def write_trajectories(folder: Path) -> None:
    """Clips with transients as .pt and .json, number 42 among them, and a model that has not learnt."""
    from framewright.persistence.base import render_base_clips
    from framewright.persistence.frame_classifier import FrameClassifier, FrameClassifierConfig
    from framewright.persistence.models import TrainedModel, write_model
    from framewright.persistence.rows import list_rows
    from framewright.persistence.shard import Account, augment_shard
    from framewright.persistence.specs import BaseSpec, Variant
    from framewright.persistence.store import Clips, write_clips
    from framewright.persistence.tables import write_tables

    (folder / "models/same_colour/persistence").mkdir(parents=True)
    base = render_base_clips(BaseSpec(frames=8, size=32), 0, range(2 * NUMBER))
    write_clips(folder / "base", "traj", "0000", "hdf5", base)
    clips = augment_shard(Clips(folder / "base", "traj"), Variant(per_video=1, max_duration=2), "default", 0, Account())
    write_clips(folder / "dataset", "augmented_traj", "0000", "pt", clips)
    made = Clips(folder / "dataset", "augmented_traj")
    write_tables(folder / "tables/default", list_rows({"default": ("dataset/", made)}), made)
    config = FrameClassifierConfig(size=32)
    warmths = {"clean": 1.0, "persistent": 1.0}
    model = TrainedModel("persistence", asdict(config), FrameClassifier(config), [1.0], warmths)
    write_model(folder / "models/same_colour/persistence/model.pt", model)


def write_tree(folder: Path) -> None:
    """A tree that has learnt from samples whose label is what their correlation says, with its card."""
    from framewright.flexpatch.follow.features import FRAMEWRIGHT, definition_record
    from framewright.flexpatch.rows import ROW_COLUMNS, list_rows
    from framewright.flexpatch.samples.columns import COLUMNS
    from framewright.flexpatch.tables import write_tables
    from framewright.flexpatch.tree.model import card_path, write_card
    from framewright.flexpatch.tree.options import Splitting, TreeSettings
    from framewright.flexpatch.tree.training import train

    folder.mkdir(parents=True)
    rng = np.random.default_rng(0)
    rows = []
    for video in ("a", "b"):
        for frame, track in np.ndindex(40, 4):
            overlap = max(0.0, rng.uniform(-0.2, 1))
            label = "high" if overlap <= 0 else "medium" if overlap <= 0.5 else "low"
            features = [rng.uniform(0, 0.1), overlap, *rng.exponential(2, 2), rng.uniform(0.25, 1)]
            place = [video, frame + 1, frame / 10, track, track, "there" if overlap else "gone", overlap, 1, 0]
            rows.append([*features, label, *place, 0, 1.0, 0.0, 0.0, 0.1, 0.0, 0, 0, 9, 9])
    record = definition_record(FRAMEWRIGHT) | {"frames": 80, "detections": 320, "truth": {"a": "annotations"}}
    samples = pd.DataFrame(rows, columns=COLUMNS)
    trained = train(samples, record, FRAMEWRIGHT, TreeSettings(), Splitting(gap=1.0), {}, compare=False)
    path = folder / "flexpatch_model.joblib"
    path.write_bytes(trained.content)
    write_card(card_path(path), trained.card)
    samples.to_csv(folder / "training_data.csv", index=False)
    (folder / "rows").mkdir()
    write_rows(folder / "rows/0-of-1.parquet", ROW_COLUMNS, list_rows([folder / "training_data.csv"]), {})
    write_record(folder / "training_data.json", record)
    write_tables(folder / "tables", [folder / "rows/0-of-1.parquet"], Splitting(gap=1.0), {})
