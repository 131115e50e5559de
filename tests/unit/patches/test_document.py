"""docs/patches.md maps what the origin's document names to ours, and names no key, target or file that is not there."""

import re
from pathlib import Path

import pytest
from house import ROOT, rules

from framewright.study.config import list_keys, read_schema

PAGE = (ROOT / "docs/patches.md").read_text()
LEFT = "\n".join(line.split("|")[1] for line in PAGE.splitlines() if line.startswith("| "))
ORIGIN = [
    *("make_dataset_multi.py", "monitor_generator.py", "generator_config.json", "test_dataset_generator_v2.py"),
    *("README.md", "GUI_PREVIEW.md", "USAGE.txt", "utils/__init__.py"),
    *("utils/format_definitions.py", "utils/progress_tracker.py"),
    *("base_frame_limit", "max_workers", "output_base_dir", "videos[].name", ".path", ".categories"),
    *("rich", "opencv-python", "numpy", "tqdm"),
    *("small_540", "medium_169", "large_720", "xlarge_1440", "fullhd_1920"),
    *("zscale", "tonemap=mobius", "lanczos", "LANCZOS4", "7 frames centered at timestamp"),
    *("Graceful Shutdown", "Checkpoint saved every 10 extractions", "Atomic Saves", "Temp Cleanup"),
    *("Continues on individual video failures", "Success rate tracking", "Different random crops per category"),
    *("Scene stability", "Statistics", "Disk", "Generation Time", "nice"),
    *("Live worker adjustment", "Parallel video processing", "GPU acceleration"),
    *("Automatic format selection based on content analysis", "Advanced scene detection"),
    *("Video quality assessment", "Automatic Val set selection"),
]


@pytest.mark.parametrize("name", ORIGIN)
def test_what_the_origins_document_names_has_a_line(name):
    assert name in LEFT


def test_keys_that_are_named_are_there():
    known = set(list_keys(read_schema(ROOT / "config/schemas")))
    named = set(re.findall(r"`(patches\.[a-z_.]+)[:`]", PAGE)) | {
        f"patches.{name}" for name in re.findall(r"`(checks\.[a-z_]+)`", PAGE)
    }
    assert len(named) >= 17
    assert {name for name in named if name not in known and ".categories" not in name} == set()


def test_targets_files_and_reasons_that_are_named_are_there():
    rule_names = {rule.name for rule in rules(ROOT)}
    assert {name for name in re.findall(r"`(patches_[a-z]+)`", PAGE) if name not in rule_names} == set()
    for name in re.findall(r"`(scripts/[a-z_/.]+|config/[a-zA-Z_/.]+)`", PAGE):
        assert Path(ROOT, name).exists(), name
    library = "".join(path.read_text() for path in ROOT.glob("scripts/framewright/patches/*.py"))
    reasons = [line.split("|")[1] for line in PAGE.split("| reason |")[1].split("\n\n")[0].splitlines()[2:]]
    words = re.findall(r"`([a-z-]+)`", " ".join(reasons))
    assert len(words) >= 15
    assert [word for word in words if f'"{word}"' not in library] == []
