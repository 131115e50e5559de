"""`pip install .[extra]` brings what its part needs: its examples run in a fresh environment."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from documented import lay_out, list_blocks, names_of
from house import PARTS, ROOT

UV = Path(sys.executable).with_name("uv")
UNREACHABLE = ("error sending request", "dns error", "failed to fetch", "connection", "timed out")
DOORS = {  # by extra: the lines that open its part
    "torch": "from framewright.datasets import MovingDigits, PatchPairs, PersistenceClips, TrackClips",
    "flexpatch": "from framewright.flexpatch import FlexPatch, TrackingFailureRecommender\n"
    "from framewright.datasets import load_samples",
    "loading": "from framewright.exports.reader import EpochOrder, ShardedSamples",
    "tracks": "\n".join(f"import framewright.{module.replace('/', '.')}" for module in PARTS["tracks"]),
    "flexpatch,tracks": "from framewright.flexpatch import FlexPatch\nfrom framewright.detector import open_detector",
}
MODULES = {  # whose docstrings have examples that need no more than the extra
    "torch": [
        *("datasets", "tracks.dataset", "tracks.meta", "patches.dataset", "videomnist.dataset", "persistence.dataset"),
        *("persistence.store", "video.stream", "video.probe", "video.tensors", "boxes", "rng", "study.rows"),
    ],
    "flexpatch": ["flexpatch.dataset", "flexpatch.tree.model", "flexpatch.runtime.slices", "boxes", "video.stream"],
    "loading": ["exports.reader", "rng"],
    "tracks": ["detector", "tracks.meta", "boxes", "video.stream"],
    "flexpatch,tracks": [f"flexpatch.runtime.{name}" for name in ("detector_adapter", "failing", "runtime")],
}
WORDS = {  # a document's block belongs to the extra whose word it holds
    "torch": ("PatchPairs", "TrackClips", "MovingDigits", "PersistenceClips", "h5py", "torch", "open_video"),
    "flexpatch": ("load_samples",),
    "loading": (
        *("load_dataset", "webdataset", "supervision", "ShardedSamples", "mlcroissant", "read_csv", "meta_info"),
    ),
    "tracks": ("open_detector", "YOLODataset"),
    "flexpatch,tracks": ("FlexPatch",),
}
OFFLINE = os.environ | {"HF_HUB_OFFLINE": "1", "HF_DATASETS_OFFLINE": "1"}
RUNNER = """
import doctest, importlib, json, sys
from pathlib import Path
import numpy as np
import framewright
assert Path(framewright.__file__).is_relative_to(sys.prefix), framewright.__file__
given = json.loads(Path("given.json").read_text())
exec(given["door"])
names = dict(np.load("given.npz"))
names["frames"] = list(names["frames"])
if any("clip.video" in block for block in given["blocks"]):
    from framewright.persistence.store import Clips
    names["clip"] = Clips("results/persistence/dataset", "augmented_traj")[0]
for block in given["blocks"]:
    exec(compile(block, "block", "exec"), names)
for module in given["modules"]:
    result = doctest.testmod(importlib.import_module(f"framewright.{module}"))
    assert result.attempted and not result.failed, module
print("all ran")
"""


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    folder = tmp_path_factory.mktemp("documented")
    lay_out(folder)
    names = names_of(folder)
    names.pop("clip")
    np.savez(folder / "given.npz", **names)
    return folder


@pytest.fixture(scope="module")
def source(tmp_path_factory):
    """The checkout's package alone: what is built leaves nothing beside the code."""
    folder = tmp_path_factory.mktemp("source")
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, folder / name)
    shutil.copytree(ROOT / "scripts", folder / "scripts", ignore=shutil.ignore_patterns("__pycache__"))
    return folder


def test_each_block_belongs_to_an_extra():
    words = [word for of in WORDS.values() for word in of]
    assert not [str(block) for block in list_blocks() if not any(word in block.code for word in words)]


@pytest.mark.long
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("extra", DOORS)
def test_the_examples_of_an_extra_run_in_a_fresh_environment(extra, study, source, tmp_path):
    python = tmp_path / "env/bin/python"
    uv("venv", "--python", sys.executable, tmp_path / "env")
    uv("pip", "install", "--python", python, "--constraint", ROOT / "requirements.txt", f"{source}[{extra}]")
    blocks = [block.code for block in list_blocks() if any(word in block.code for word in WORDS[extra])]
    given = {"door": DOORS[extra], "blocks": blocks, "modules": MODULES[extra]}
    (study / "given.json").write_text(json.dumps(given))
    done = subprocess.run(
        [python, "-I", "-c", RUNNER], cwd=study, capture_output=True, text=True, timeout=600, check=False, env=OFFLINE
    )
    assert done.returncode == 0 and done.stdout.endswith("all ran\n"), done.stdout[-2000:] + done.stderr[-2000:]


def uv(*arguments: object) -> None:
    """Run uv; where the index can't be reached, the test is skipped and says so."""
    done = subprocess.run([UV, *map(str, arguments)], capture_output=True, text=True, timeout=900, check=False)
    if done.returncode and any(word in done.stderr.lower() for word in UNREACHABLE):
        pytest.skip(f"the package index can't be reached: {done.stderr.strip().splitlines()[-1]}")
    assert done.returncode == 0, done.stderr[-2000:]
