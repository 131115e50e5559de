"""Examples run: Python blocks of README and docs, and those in docstrings, on small results at the paths they name."""

import doctest
import re
import runpy
import sys
from importlib import import_module
from pathlib import Path

import duckdb
import numpy as np
import pytest
import yaml
from basicsr_rules import read_options, read_scenes
from documented import lay_out, list_blocks, names_of
from house import ROOT, module_of

from framewright.patches.stack import read_png

BLOCKS = list_blocks()
FIRST_STEPS = ROOT / "docs/first_steps"
EXAMPLES = sorted(
    module_of(path, ROOT / "scripts")
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


@pytest.mark.slow
@pytest.mark.parametrize("document", dict.fromkeys(block.path.name for block in BLOCKS))
def test_the_blocks_of_a_document_run_one_after_the_other(document, study, monkeypatch):
    monkeypatch.chdir(study)
    names = names_of(study)
    for block in BLOCKS:
        if block.path.name == document:
            exec(compile(block.code, str(block), "exec"), names)
    assert CLAIMS.get(document, lambda names: True)(names)


def opens_what_was_made(n):
    """What other tools open has the bytes, the labels and the boxes of the pipelines."""
    clip = Path(n["path"]).read_bytes()
    assert n["label"] == "person" and n["sample"]["mp4"] == clip == n["first"]["mp4"]
    assert n["film"].streams.video[0].frames == len(n["sample"]["json"]["windows"])
    assert n["read"][0]["__key__"] == n["sample"]["__key__"] == n["sample"]["json"]["tid"]
    assert n["pair"]["gt"].size == (540, 540) and [stack.size for stack in n["pair"]["lr"]] == [(180, 900), (180, 1260)]
    assert [n["pictures"].classes[number] for number in n["found"].class_id] == ["person"]
    label = n["labelled"].labels[0]
    assert label["cls"].tolist() == [[0]] and np.allclose(label["bboxes"], [[0.5, 0.5, 1, 1]])
    assert n["data"]["names"] == {0: "person"}
    first = n["truth"].iloc[0].tolist()
    assert first == [1, 1, 1, 1, 96, 64, 1, 1, 1] and len(n["truth"]) == 49
    assert n["example"]["clips-examples/content"] == clip
    assert n["low"].shape == (7, 180, 180, 3) and n["sharp"].shape == (540, 540, 3) and n["count"] == "7"
    assert n["found"].xyxy.tolist() == [[0, 0, 96, 64]] and n["picture"].shape == (64, 96, 3)
    assert len(n["trajectory"]["frame_labels"]) == 8 and n["trajectory"]["object_roles"][0] == 0
    assert n["tables"]["train"].features["iou_label"].names == ["high", "medium", "low"]
    return True


def read_table(path: Path) -> list[str]:
    """What stands as code in the last column of the first table of a document."""
    rows = [line for line in path.read_text().split("\n\n")[2].splitlines() if line.startswith("| ")][1:]
    return [code for row in rows for code in re.findall(r"`([^`]+)`", row.rpartition(" | ")[2])]


@pytest.mark.slow
def test_every_line_of_the_table_of_loaders_runs(study, monkeypatch):
    """A call is executed with what the blocks import; a path, or what is given to a trainer, is there."""
    monkeypatch.chdir(study)
    document = ROOT / "docs/loading.md"
    lines, names = read_table(document), {}
    imports = {
        line
        for block in BLOCKS
        if block.path == document
        for line in block.code.splitlines()
        if re.match(r"(from|import) ", line)
    }
    exec("\n".join(sorted(imports | {"from webdataset import WebDataset"})), names)
    assert len(lines) >= 20
    for line in lines:
        if "(" in line:
            assert eval(line, names) is not None, line
        elif "/" in line:
            path = line.removeprefix("data=")
            assert sorted(Path().glob(path.replace("<video>", "*"))), line


def test_the_options_of_basicsr_find_the_pairs(study, monkeypatch):
    monkeypatch.chdir(study)
    (block,) = (block for block in list_blocks("yaml") if "PairedImageDataset" in block.code)
    ((name, gt, lq),) = read_options(yaml.safe_load(block.code))
    dataset = Path("results/patches/dataset/Universal/Mastermodell/Learn/Patches")
    assert name == "one.png" and np.array_equal(gt, read_png(dataset / "GT/one.png"))
    assert np.array_equal(lq, read_png(dataset / "LR_7frames/one.png")[3 * 180 : 4 * 180])
    ((_, sharp, low),) = read_scenes(Path(block.code.split("dataroot_gt: ")[1].split("/pairs")[0]) / "scenes")
    assert np.array_equal(sharp, gt) and np.array_equal(low[3], lq)


CLAIMS = {  # what the comments of blocks say
    "README.md": lambda n: n["pair"]["gt"].shape == (3, 540, 540) and n["pair"]["lr_stack"].shape == (5, 3, 180, 180),
    "how-it-works.md": lambda n: n["frame"].rgb.shape[2] == 3,
    "loading.md": lambda n: (
        n["clip"]["video"].shape == (16, 3, 224, 224)
        and n["frames"].shape == (16, 64, 64)
        and n["videos"][0]["video"].shape == (16, 3, 64, 64)
        and 0 <= n["video"].min() <= n["video"].max() <= 1
        and n["batch"]["video"].shape == (4, 16, 3, 64, 64)
        and opens_what_was_made(n)
    ),
}


@pytest.mark.slow
@pytest.mark.parametrize("script", sorted(path.stem for path in FIRST_STEPS.glob("*.py")))
def test_the_first_steps_run_and_show_a_picture(script, study, tmp_path, monkeypatch, capsys):
    """As a script of its own, in this process: PyTorch is imported once for all of them."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", [f"{script}.py", str(study / "results")])
    runpy.run_path(str(FIRST_STEPS / f"{script}.py"), run_name="__main__")
    assert capsys.readouterr().out.count("\n") >= 2
    assert (tmp_path / f"first_steps_{script}.png").stat().st_size > 0


@pytest.mark.parametrize("block", list_blocks("sql"), ids=str)
def test_queries_run_on_the_rows(block, study, monkeypatch):
    monkeypatch.chdir(study)
    assert duckdb.sql(block.code).columns == ["name", "tracks", "motion"]


def test_there_are_blocks_and_what_is_said_of_them_is_tried():
    assert len(BLOCKS) >= 10
    assert CLAIMS.keys() <= {block.path.name for block in BLOCKS}


@pytest.mark.slow
@pytest.mark.parametrize("module", EXAMPLES)
def test_the_examples_of_a_module_run(module, study, monkeypatch):
    monkeypatch.chdir(study)
    result = doctest.testmod(import_module(module))
    assert result.attempted > 0
    assert result.failed == 0


def test_public_entries_have_examples_and_none_is_skipped():
    assert {f"framewright.{name}" for name in ENTRIES} <= {*EXAMPLES}
    assert not [path for path in (ROOT / "scripts/framewright").rglob("*.py") if "+SKIP" in path.read_text()]
