"""Records of one table that were made by different settings, seeds or detectors are refused, in every pipeline."""

import gzip
import json
from pathlib import Path

import numpy as np
import pytest

from framewright.errors import UserError
from framewright.flexpatch.samples import gather
from framewright.patches import bucket as patches_bucket
from framewright.patches.record import DEFINITION, FilmPlan
from framewright.study.definition import compute_definition, refuse_mixtures
from framewright.study.record import write_record
from framewright.tracks.bucket import BucketFiles, refuse_other_settings
from framewright.tracks.clips.record import Clip, write_clips
from framewright.tracks.metrics.store import write_quality


def test_the_first_that_differs_is_named_beside_the_one_it_differs_from():
    refuse_mixtures("clips", [])
    refuse_mixtures("clips", [("a", "1"), ("b", "1")])
    with pytest.raises(UserError, match=r"c: the record of clips was made by .* \(2\) than that of a \(1\); delete"):
        refuse_mixtures("clips", [("a", "1"), ("b", "1"), ("c", "2"), ("d", "3")])
    with pytest.raises(UserError, match=r"\(unknown\)"):
        refuse_mixtures("clips", [("a", "1"), ("b", "")])


def test_a_definition_follows_from_values_and_not_from_the_order_of_their_keys():
    assert compute_definition({"a": 1, "b": 2}) == compute_definition({"b": 2, "a": 1})
    assert len({compute_definition({"seed": seed}) for seed in range(3)}) == 3


STAGES = ("segments", "faces", "detections", "tracks", "clips", "metrics")


def track_files(folder: Path, other: str) -> BucketFiles:
    """The records of two videos; those of the stage `other` were made by different settings."""
    folder.mkdir()
    found = {name: [] for name in BucketFiles.__annotations__}
    for number, video in enumerate("ab"):
        made_by = {stage: f"{number if stage == other else 0}" for stage in STAGES}
        detector = {"weights": "w.onnx", "sha256": "-", "classes": 1, "settings": made_by["detections"]}
        records = {
            "segments": {"video": video, "settings": made_by["segments"]},
            "privacy": {"video": video, "settings": made_by["faces"]},
            "searches": {"video": video, "detector": detector, "settings": made_by["tracks"]},
        }
        for name, record in records.items():
            found[name].append(folder / f"{video}-{name}.json")
            write_record(found[name][-1], record)
        found["clips"].append(folder / f"{video}-clips.jsonl.gzip")
        write_clips(found["clips"][-1], [Clip("t", "f")], made_by["clips"])
        found["qualities"].append(folder / f"{video}.npz")
        write_quality(found["qualities"][-1], [], made_by["metrics"])
    return BucketFiles(**found)


@pytest.mark.parametrize("stage", STAGES)
def test_tracks_of_one_bucket_are_of_the_same_settings_in_every_stage(tmp_path, stage):
    refuse_other_settings(track_files(tmp_path / "alike", ""))
    with pytest.raises(UserError, match=f"b: the record of {stage} was made by other settings or another seed"):
        refuse_other_settings(track_files(tmp_path / "mixed", stage))


def test_clips_and_metrics_from_before_say_that_they_are_not_known(tmp_path):
    files = track_files(tmp_path / "mixed", "")
    with gzip.open(files.clips[1], "rt") as lines:
        record = json.loads(next(lines))
    del record["settings"]
    with gzip.open(files.clips[1], "wt") as file:
        file.write(json.dumps(record) + "\n")
    with pytest.raises(UserError, match=r"b: the record of clips .*\(unknown\)"):
        refuse_other_settings(files)
    np.savez(files.qualities[1], names=np.array([]))
    write_clips(files.clips[1], [])  # a video without tracks adds nothing to the table
    with pytest.raises(UserError, match=r"b: the record of metrics .*\(unknown\)"):
        refuse_other_settings(files)


def film(video: str, definition: str) -> FilmPlan:
    return FilmPlan(video, "train", {}, "unusable", "", None, (), (), (), definition)


def part(folder: Path, definition: str) -> Path:
    folder.mkdir(parents=True)
    write_record(folder / DEFINITION, {"definition": definition})
    return folder


def test_patches_of_one_bucket_are_planned_and_cut_by_the_same_settings(tmp_path):
    plans, parts = (
        [film("a", "1"), film("b", "1")],
        [part(tmp_path / name, "3") for name in ("a/000", "a/001", "b/000")],
    )
    patches_bucket.refuse_other_settings(plans, parts)
    with pytest.raises(UserError, match="b: the record of plans"):
        patches_bucket.refuse_other_settings([*plans[:1], film("b", "2")], parts)
    with pytest.raises(UserError, match="c: the record of parts"):
        patches_bucket.refuse_other_settings(plans, [*parts, part(tmp_path / "c/000", "4")])


def test_samples_are_made_by_the_same_settings_and_detector():
    records = [{"video": video, "settings": "1"} for video in "ab"]
    truths = [{"video": video, "settings": "2", "detector": {"sha256": "-"}} for video in "ab"]
    gather.refuse_other_settings(records, truths)
    with pytest.raises(UserError, match="b: the record of samples"):
        gather.refuse_other_settings([records[0], records[1] | {"settings": "3"}], truths)
    for change in ({"settings": "3"}, {"detector": {"sha256": "+"}}):
        with pytest.raises(UserError, match="b: the record of observations"):
            gather.refuse_other_settings(records, [truths[0], truths[1] | change])
