"""The configuration's section becomes what each rule uses, and its faults are named."""

import json
from pathlib import Path

import pytest

from framewright.flexpatch import settings
from framewright.flexpatch.evaluation.options import read_plan
from framewright.flexpatch.runtime.options import RuntimeSettings
from framewright.flexpatch.samples.options import DetectorSettings, Sampling
from framewright.study.config import fill, read_schema

SCHEMAS = Path(__file__).parents[3] / "config/schemas"


def section(**changes):
    return fill({"flexpatch": changes}, read_schema(SCHEMAS))["flexpatch"]


def test_all_settings_are_plain_values_that_build_the_stages_dataclasses():
    filled = section()
    parts = {
        "truth": settings.truth_settings(filled),
        "samples": settings.samples_settings(filled),
        "train": settings.training_settings(filled, {"a": "val"}),
        "run": settings.run_settings(filled, True),
        "rate": settings.rate_settings(filled),
    }
    assert json.loads(json.dumps(parts)) == parts
    assert DetectorSettings(**parts["truth"]["detector"]).max_objects == 300
    assert Sampling(**parts["samples"]["sampling"]) == Sampling(10, 10, 0.0, 0.5)
    plan = read_plan(parts["rate"]["plan"])
    assert plan.runtimes[0] == RuntimeSettings(**parts["run"]["runtime"])
    assert parts["train"]["splits"] == {"a": "val"}


def test_films_are_sharp_for_demo_scenes_or_where_it_is_asked_for():
    assert not settings.run_settings(section(), False)["is_clear"]
    assert settings.run_settings(section(), True)["is_clear"]
    assert settings.run_settings(section(show="all"), False)["is_clear"]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, []),
        ({"iou_threshold_high": 0.6}, ["iou_threshold_medium = 0.5: must be more than iou_threshold_high, 0.6"]),
        ({"evaluate": {"clusters": [[0.5, 1.5, 2]]}}, ["[0.5, 1.5, 2]: must be two shares of the frame, at most 1"]),
        ({"evaluate": {"clusters": [[0.5, 0.5, 2.5]]}}, ["[0.5, 0.5, 2.5]: must be two shares"]),
    ],
    ids=["the defaults", "no room for medium", "a share above 1", "half a frame"],
)
def test_faults_that_the_schema_cannot_say_are_named_with_value_and_remedy(changes, words):
    lines = settings.find_faults(section(**changes))
    assert len(lines) == len(words) and all(word in line for word, line in zip(words, lines, strict=True))
