"""The section `tracks` becomes the settings of the stages: its defaults, what contradicts itself, what is compared."""

import copy
from pathlib import Path

import pytest
from house import ROOT

from framewright.study.config import fill, read_schema
from framewright.tracks.clips.options import ClipSettings
from framewright.tracks.demo_detector.options import Recipe
from framewright.tracks.objects.options import Association, DetectorSettings, Keep
from framewright.tracks.privacy.options import AuditSettings, DefaceSettings
from framewright.tracks.segments.options import CutSettings, Lengths, Limits, ModelFilters
from framewright.tracks.settings import find_faults, read_settings

SECTION = fill({}, read_schema(ROOT / "config/schemas"))["tracks"]
STAGES = {
    "cuts": CutSettings(),
    "lengths": Lengths(),
    "limits": Limits(),
    "models": ModelFilters(),
    "deface": DefaceSettings(),
    "audit": AuditSettings(),
    "detector": DetectorSettings(),
    "association": Association(),
    "keep": Keep(),
    "clips": ClipSettings(),
    "training": Recipe(),
}


def changed(path: str, value: object) -> dict:
    """The section with another value under `path`."""
    section = copy.deepcopy(SECTION)
    *above, last = path.split(".")
    place = section
    for key in above:
        place = place[key]
    assert last in place
    place[last] = value
    return section


@pytest.mark.parametrize("stage", STAGES)
def test_the_configurations_defaults_are_the_librarys(stage):
    assert getattr(read_settings(SECTION), stage) == STAGES[stage]


def test_snakemake_can_compare_all_that_scripts_get():
    def plain(value: object) -> bool:
        if isinstance(value, dict):
            return all(isinstance(key, str) and plain(item) for key, item in value.items())
        return (
            all(map(plain, value))
            if isinstance(value, list)
            else value is None or isinstance(value, bool | int | float | str)
        )

    assert plain(read_settings(SECTION).choose(*STAGES, "card"))


@pytest.mark.parametrize(
    ("path", "value", "stage"),
    [
        pytest.param("keep.min_seconds", 1.5, "keep", id="keep"),
        pytest.param("detector.nms", 0.7, "association", id="the tracker suppresses overlaps as the detector does"),
        pytest.param("detector.confidence", 0.3, "association", id="and takes what the detector counts"),
        pytest.param("frame_rate", 8, "detector", id="the rate"),
        pytest.param("deface.long_side", 640, "audit", id="the audit looks at frames as defacing does"),
        pytest.param("segments.filters.max_black", None, "limits", id="a limit"),
        pytest.param("clips.aspects", [1, 2], "clips", id="the shape of clips"),
    ],
)
def test_a_key_reaches_the_stage_that_uses_it(path, value, stage):
    before, after = read_settings(SECTION), read_settings(changed(path, value))
    assert getattr(before, stage) != getattr(after, stage)


def test_options_of_a_detector_of_cuts_that_is_not_used_make_nothing_stale():
    other = changed("segments.adaptive.window_width", 5)
    assert read_settings(other).choose("cuts") == read_settings(SECTION).choose("cuts")


@pytest.mark.parametrize(
    ("path", "value", "line"),
    [
        pytest.param("segments.min_seconds", 700, "is more than max_seconds = 600", id="lengths"),
        pytest.param("clips.aspects", [2, 1], "the narrowest comes first", id="aspects"),
        pytest.param("segments.aesthetic.encoder", "clip.onnx", "need aesthetic.weights too", id="an encoder alone"),
    ],
)
def test_keys_that_contradict_each_other_have_a_line_with_the_remedy(path, value, line):
    (fault,) = find_faults(changed(path, value))
    assert fault.startswith("config: tracks.") and line in fault and find_faults(SECTION) == []


@pytest.mark.parametrize(
    ("prompts", "keep", "files"),
    [
        pytest.param("mine.txt", False, ["mine.txt"], id="a file of one's own"),
        pytest.param(None, False, ["lvis.txt"], id="the workflow's"),
        pytest.param(None, True, [], id="what the weights were saved with"),
    ],
)
def test_the_file_of_prompts(prompts, keep, files):
    section = changed("detector.prompts", prompts)
    section["detector"]["keep_prompts"] = keep
    settings = read_settings(section)
    assert settings.prompt_files(Path("lvis.txt")) == files and settings.detector.renames == bool(prompts)


@pytest.mark.parametrize(
    ("show", "demo", "audited", "others"),
    [
        ("none", False, False, False),
        ("demo", True, False, False),
        ("audited", True, True, False),
        ("all", True, True, True),
    ],
)
def test_what_the_report_shows(show, demo, audited, others):
    settings = read_settings(changed("deface.show", show))
    assert (settings.shows(True), settings.shows_audited, settings.shows(False)) == (demo, audited, others)
