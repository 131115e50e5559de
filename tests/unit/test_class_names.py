"""A class that the weights don't have is named before any job, whatever kind of file they are."""

import json
import pickle
import zipfile
from pathlib import Path

import numpy as np
import pytest
from house import ROOT
from make_weights import make_weights

from framewright.class_names import list_unknown, read_class_names

NAMES = {0: "person", 1: "dog", 2: "car"}


def onnx(path: Path) -> Path:
    return make_weights(path.with_suffix(".onnx"), np.zeros((7, 2), np.float32), author="x" * 300)


def torchscript(path: Path) -> Path:
    path = path.with_suffix(".torchscript")
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("model/extra/config.txt", json.dumps({"names": NAMES, "stride": 32}))
    return path


def engine(path: Path) -> Path:
    path, text = path.with_suffix(".engine"), json.dumps({"names": NAMES}).encode()
    path.write_bytes(len(text).to_bytes(4, "little") + text + bytes(100))
    return path


def pt(path: Path) -> Path:
    path = path.with_suffix(".pt")
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("yolo/data.pkl", pickle.dumps({"model": {"names": NAMES}}))
    return path


@pytest.mark.parametrize("make", [onnx, torchscript, engine, pt])
def test_names_are_read_from_each_kind_of_weights(tmp_path, make):
    names = read_class_names(make(tmp_path / "w"))
    assert names is not None and names >= {"person", "dog", "car"} and "zebra" not in names


def test_the_demos_own_weights_name_what_they_know():
    assert read_class_names(ROOT / "config/detector/demo.onnx") == {"person", "dog", "cyclist", "car", "bus"}


@pytest.mark.parametrize("suffix", [".onnx", ".pt", ".engine", ".torchscript", ".zip"])
def test_what_cannot_be_read_is_left_to_the_job(tmp_path, suffix):
    path = tmp_path / f"w{suffix}"
    path.write_bytes(b"\x08\x07nonsense" * 9)
    assert read_class_names(path) is None
    assert list_unknown("key", ["zebra"], path, None, tmp_path / "none") == []


def test_an_unknown_class_is_a_line_with_the_closest(tmp_path):
    path = onnx(tmp_path / "w")
    assert list_unknown("tracks.detector.classes", ["dog", "persn"], path, None, tmp_path / "none") == [
        f'config: tracks.detector.classes = "persn": no class of {path}; did you mean person?'
    ]


def test_prompts_are_the_classes_and_open_weights_know_the_vocabulary(tmp_path):
    (tmp_path / "prompts.txt").write_text("lorry\nzebra\n")
    assert list_unknown("k", ["zebra"], onnx(tmp_path / "w"), tmp_path / "prompts.txt", tmp_path / "none") == []
    assert len(list_unknown("k", ["dog"], onnx(tmp_path / "w"), tmp_path / "prompts.txt", tmp_path / "none")) == 1
    assert list_unknown("k", ["zebra"], pt(tmp_path / "w"), None, tmp_path / "prompts.txt") == []
    assert len(list_unknown("k", ["unicorn"], pt(tmp_path / "w"), None, tmp_path / "prompts.txt")) == 1
