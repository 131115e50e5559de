"""Examples run: Python blocks of README and docs, and those in docstrings, on small results at the paths they name."""

import doctest
import re
from importlib import import_module

import pytest
from documented import MARKS, lay_out, list_blocks, names_of
from house import ROOT

BLOCKS = list_blocks()
EXAMPLES = sorted(
    ".".join(path.relative_to(ROOT / "scripts").with_suffix("").parts)
    for path in (ROOT / "scripts/framewright").rglob("*.py")
    if re.search(r"^\s*>>> ", path.read_text(), re.M)
)
ENTRIES = {  # what people call, each with an example in its docstring or its module's
    *(
        "datasets",
        "tracks.dataset",
        "patches.dataset",
        "videomnist.dataset",
        "persistence.dataset",
        "persistence.store",
    ),
    *("flexpatch.dataset", "flexpatch.tree.model", "flexpatch.runtime.runtime", "flexpatch.runtime.failing"),
    *("flexpatch.runtime.detector_adapter", "detector", "boxes", "rng", "video.stream", "video.probe"),
}


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    folder = tmp_path_factory.mktemp("documented")
    lay_out(folder)
    return folder


@pytest.mark.parametrize("block", BLOCKS, ids=str)
def test_a_block_of_a_document_runs(block, study, monkeypatch):
    if needed := next((MARKS[mark] for mark in MARKS if block.code.startswith(mark)), None):
        pytest.skip(f"the block needs {needed}")
    monkeypatch.chdir(study)
    names = names_of(study)
    exec(compile(block.code, str(block), "exec"), names)
    assert CLAIMS.get(_key(block), lambda names: True)(names)


def _key(block) -> str:
    """The document, and the class or function whose use the block shows: it stays when lines move."""
    return f"{block.path.name} {next((name for name in SHOWN if name in block.code), '')}"


SHOWN = ("PatchPairs", "TrackClips", "h5py", "MovingDigits", "torch.load", "decide", "Follower", "FlexPatch")
CLAIMS = {  # what the comments of a block say
    "README.md PatchPairs": lambda n: (
        n["pair"]["gt"].shape == (3, 540, 540) and n["pair"]["lr_stack"].shape == (5, 3, 180, 180)
    ),
    "README.md TrackClips": lambda n: n["clips"][0]["video"].shape == (16, 3, 224, 224),
    "README.md h5py": lambda n: n["frames"].shape == (16, 64, 64),
    "README.md MovingDigits": lambda n: n["clips"][0]["video"].shape == (16, 3, 64, 64),
    "README.md torch.load": lambda n: n["video"].ndim == 4 and 0 <= n["video"].min() <= n["video"].max() <= 1,
    "README.md Follower": lambda n: (
        set(n["model"].predict(n["feature_matrix"](n["follower"].tracks))) <= {"high", "medium", "low"}
    ),
    "videomnist.md MovingDigits": lambda n: n["digits"][0]["video"].shape[0] == 3,
}


def test_the_claims_belong_to_blocks():
    assert len(BLOCKS) >= 10
    assert CLAIMS.keys() <= {_key(block) for block in BLOCKS}


@pytest.mark.parametrize("module", EXAMPLES)
def test_the_examples_of_a_module_run(module, study, monkeypatch):
    monkeypatch.chdir(study)
    result = doctest.testmod(import_module(module))
    assert result.attempted > 0
    assert result.failed == 0


def test_public_entries_have_examples_and_none_is_skipped():
    assert {f"framewright.{name}" for name in ENTRIES} <= {*EXAMPLES}
    assert not [path for path in (ROOT / "scripts/framewright").rglob("*.py") if "+SKIP" in path.read_text()]
