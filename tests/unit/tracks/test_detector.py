"""The detector: what it makes of a network's output, what it refuses, and that all formats of weights agree."""

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest
from make_weights import columns, make_weights

from framewright.detector import Settings, export, fit_letterbox, forbid_downloads, open_detector
from framewright.errors import UserError
from framewright.study.config import complete

ROOT = Path(__file__).parents[3]
SHARED = Path(os.environ.get("FRAMEWRIGHT_SHARED", "shared"))
WIDE = np.zeros((360, 640, 3), np.uint8)


# ---- from output to objects -----------------------------------------------------------------------------------------


def test_a_box_comes_back_in_the_frame_with_the_scores_of_all_classes(tmp_path):
    # 640x360 fits into 320x320 at half its size, 70 pixels from the top
    weights = make_weights(tmp_path / "w.onnx", columns((100, 160, 40, 60, 0.2, 0.6, 0.1)))
    (found,) = open_detector(weights)([WIDE])
    assert found.boxes.tolist() == [[160, 120, 240, 240]]
    assert found.scores.tolist() == pytest.approx([0.6])
    assert found.classes.tolist() == [pytest.approx([0.2, 0.6, 0.1])]
    assert (found.boxes.dtype, found.scores.dtype, found.classes.dtype) == (np.float32,) * 3


@pytest.mark.parametrize(
    ("nms", "kept"),
    [
        pytest.param(0.5, [0.9, 0.3], id="two boxes of one thing are one, though their classes differ"),
        pytest.param(0.97, [0.9, 0.8, 0.3], id="what overlaps less than asked stays"),
    ],
)
def test_boxes_that_overlap_are_one_whatever_their_classes(tmp_path, nms, kept):
    output = columns(
        (100, 160, 40, 60, 0.8, 0.1, 0.1), (101, 160, 40, 60, 0.1, 0.9, 0.1), (250, 160, 40, 60, 0.1, 0.1, 0.3)
    )
    (found,) = open_detector(make_weights(tmp_path / "w.onnx", output), Settings(nms=nms))([WIDE])
    assert found.scores.tolist() == pytest.approx(kept)


def test_what_is_less_sure_than_asked_or_outside_the_frame_is_left_out(tmp_path):
    sure, unsure, outside = (100, 160, 40, 60, 0.5, 0, 0), (200, 160, 40, 60, 0.2, 0, 0), (100, 20, 20, 20, 0.9, 0, 0)
    weights = make_weights(tmp_path / "w.onnx", columns(unsure, sure, outside))
    (found,) = open_detector(weights, Settings(confidence=0.25))([WIDE])
    assert found.boxes.tolist() == [[160, 120, 240, 240]]


def test_a_box_that_reaches_beyond_the_frame_ends_at_its_edge(tmp_path):
    weights = make_weights(tmp_path / "w.onnx", columns((0, 70, 60, 60, 0.5, 0, 0)))
    assert open_detector(weights)([WIDE])[0].boxes.tolist() == [[0, 0, 60, 60]]


def test_a_frame_with_nothing_in_it_has_no_boxes_and_still_columns_for_all_classes(tmp_path):
    (found,) = open_detector(make_weights(tmp_path / "w.onnx", columns((100, 160, 40, 60, 0, 0, 0))))([WIDE])
    assert (found.boxes.shape, found.scores.shape, found.classes.shape) == ((0, 4), (0,), (0, 3))


def test_objectness_where_a_network_has_one_is_part_of_the_score_and_not_of_the_classes(tmp_path):
    rows = [(100, 160, 40, 60, 0.5, 0.2, 0.6, 0.1), (250, 160, 40, 60, 0.01, 0.9, 0.1, 0.1)]
    (found,) = open_detector(make_weights(tmp_path / "w.onnx", rows))([WIDE])
    assert found.scores.tolist() == pytest.approx([0.3])
    assert found.classes.tolist() == [pytest.approx([0.2, 0.6, 0.1])]


def test_only_the_classes_asked_for_are_kept_and_a_wrong_name_is_told(tmp_path):
    output = columns((100, 160, 40, 60, 0.8, 0.1, 0.1), (250, 160, 40, 60, 0.1, 0.1, 0.3))
    weights = make_weights(tmp_path / "w.onnx", output)
    assert open_detector(weights, Settings(only=("car",)))([WIDE])[0].scores.tolist() == pytest.approx([0.3])
    with pytest.raises(UserError, match="no class 'cat' among its 3; did you mean car"):
        open_detector(weights, Settings(only=("cat",)))


def test_a_fixed_batch_is_filled_up_and_the_filling_left_out(tmp_path):
    one = columns((100, 160, 40, 60, 0.2, 0.6, 0.1))
    weights = make_weights(tmp_path / "w.onnx", np.stack([one, one]), batch=2)
    assert [len(found.boxes) for found in open_detector(weights)([WIDE] * 3)] == [1, 1, 1]


def test_a_part_of_a_frame_is_seen_at_the_scale_of_the_whole():
    detector = open_detector(ROOT / "config/detector/demo.onnx", Settings(size=384))
    assert detector.shape_of((720, 1280, 3)) == (224, 384)
    assert detector.shape_of((360, 640, 3)) == (224, 384)
    assert detector.at_scale_of((720, 1280, 3)).shape_of((360, 640, 3)) == (128, 192)
    assert open_detector(detector.path, Settings(scale=1.0)).shape_of((360, 640, 3)) == (384, 640)


def test_a_frame_is_scaled_to_fit_and_centred_on_grey():
    seen, scale, corner = fit_letterbox([np.full((100, 200, 3), 255, np.uint8)], (100, 100))
    assert (seen.shape, seen.dtype, scale, corner) == ((1, 3, 100, 100), np.float32, 0.5, (0, 25))
    assert np.unique(seen[0, :, 25:75]).tolist() == [1] and np.allclose(seen[0, :, :25], 114 / 255)


def test_finished_boxes_of_an_end_to_end_head_are_read(tmp_path):
    """(300, 6): corners in the network's pixels, score, and the number of the best class; the rest is empty."""
    rows = np.zeros((300, 6), np.float32)
    rows[0], rows[1] = (100, 120, 200, 180, 0.9, 2), (0, 100, 60, 160, 0.4, 0)
    (found,) = open_detector(make_weights(tmp_path / "w.onnx", rows, end2end="True"))([WIDE])
    (other,) = open_detector(
        make_weights(tmp_path / "v.onnx", columns((150, 150, 100, 60, 0, 0, 0.9), (30, 130, 60, 60, 0.4, 0, 0)))
    )([WIDE])
    assert np.allclose(found.boxes, other.boxes) and np.allclose(found.classes, other.classes)
    assert found.scores.tolist() == pytest.approx([0.9, 0.4])


# ---- what is refused, in one line -----------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize(
    ("make", "said"),
    [
        pytest.param(lambda p: p / "no.onnx", "no such weights; nothing is fetched", id="a missing file"),
        pytest.param(lambda p: p / "w.bin", "weights end in .pt, .onnx, .engine, .torchscript", id="another format"),
        pytest.param(lambda p: _written(p / "w.onnx", b"no"), "can't be loaded safely", id="no ONNX"),
        pytest.param(lambda p: _written(p / "w.pt", b"no"), "can't be loaded safely", id="no PyTorch"),
        pytest.param(lambda p: _written(p / "w.torchscript", b"no"), "can't be loaded safely", id="no TorchScript"),
        pytest.param(lambda p: _written(p / "w.engine", b"no"), "can't be loaded safely", id="an engine without a GPU"),
        pytest.param(
            lambda p: make_weights(p / "w.onnx", np.zeros((6, 6))), "but its output is 6 x 6", id="few finished boxes"
        ),
        pytest.param(
            lambda p: make_weights(p / "w.onnx", np.zeros((2100, 8))), "one box for each cell, as YOLOX", id="YOLOX"
        ),
        pytest.param(
            lambda p: make_weights(p / "w.onnx", np.zeros((2125, 35))), "its output is 2125 x 35", id="NanoDet"
        ),
        pytest.param(
            lambda p: make_weights(p / "w.onnx", np.zeros((6, 9))),
            "3 classes are named, but its output is 6 x 9",
            id="fewer",
        ),
        pytest.param(
            lambda p: make_weights(p / "w.onnx", np.zeros((7, 9)), None), "doesn't name its classes", id="no names"
        ),
        pytest.param(
            lambda p: make_weights(p / "w.onnx", np.zeros((7, 9)), task="pose"), "its task is pose", id="poses"
        ),
    ],
)
def test_weights_that_are_of_no_use_are_refused_in_one_line(tmp_path, make, said):
    with pytest.raises(UserError) as refused:
        open_detector(make(tmp_path))([WIDE])
    assert said in str(refused.value) and "\n" not in str(refused.value)


def _written(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path


TRAP = """
import pathlib, pickle, sys
{first}
from framewright.detector import open_detector
from framewright.errors import UserError

class Trap:
    def __reduce__(self):
        return pathlib.Path.touch, (pathlib.Path("sprung"),)

with open("w.pt", "wb") as file:
    pickle.dump({{"model": Trap()}}, file)
try:
    open_detector("w.pt")
except UserError as refused:
    assert "safely" in str(refused), refused
    sys.exit(7)
"""


@pytest.mark.slow
@pytest.mark.parametrize("first", ["", "import ultralytics.nn.tasks"], ids=["ours first", "ultralytics' first"])
def test_weights_can_not_run_code_whoever_imported_ultralytics(tmp_path, first):
    environment = {key: value for key, value in os.environ.items() if key != "ULTRALYTICS_SAFE_LOAD"}
    environment |= {"PYTHONPATH": str(ROOT / "scripts"), "YOLO_CONFIG_DIR": str(tmp_path), "YOLO_OFFLINE": "1"}
    done = subprocess.run([sys.executable, "-c", TRAP.format(first=first)], cwd=tmp_path, env=environment, check=False)
    assert done.returncode == 7
    assert not (tmp_path / "sprung").exists()


def test_prompts_name_the_classes_of_weights_with_as_many(tmp_path):
    weights = make_weights(tmp_path / "w.onnx", columns((100, 160, 40, 60, 0.2, 0.6, 0.1)), None)
    assert open_detector(weights, prompts=("cup", "bowl", "spoon")).names == ("cup", "bowl", "spoon")
    weights = make_weights(tmp_path / "v.onnx", columns((100, 160, 40, 60, 0.2, 0.6, 0.1)))
    assert open_detector(weights, vocabulary=("a", "b")).names == ("person", "dog", "car")
    with pytest.raises(UserError, match="has 3 classes, but there are 2 prompts"):
        open_detector(weights, prompts=("cup", "bowl"))


# ---- with ultralytics -----------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def trained(tmp_path_factory) -> Path:
    """A .pt of our own small network, whose random scores differ from place to place."""
    forbid_downloads()
    import torch
    from ultralytics import YOLO

    torch.manual_seed(3)
    model = YOLO(ROOT / "config/detector/demo.yaml", task="detect")
    for tower in model.model.model[-1].cv3:
        torch.nn.init.normal_(tower[-1].weight, std=3.0)
        torch.nn.init.zeros_(tower[-1].bias)
    model.model.names = {0: "person", 1: "dog", 2: "cyclist", 3: "car", 4: "bus"}
    path = tmp_path_factory.mktemp("weights") / "small.pt"
    model.save(path)
    return path


def picture(height=96, width=160) -> np.ndarray:
    return cv2.resize(np.random.default_rng(0).integers(0, 255, (12, 20, 3), np.uint8), (width, height))


@pytest.mark.slow
def test_all_formats_of_the_same_weights_find_the_same(trained, tmp_path):
    from ultralytics import YOLO

    export(trained, tmp_path / "small.onnx", "a test", 160)
    script = YOLO(trained).export(format="torchscript", imgsz=(96, 160), device="cpu")
    settings = Settings(size=160, confidence=0.3, nms=0.5)
    first, *others = (
        open_detector(path, settings)([picture()])[0] for path in (trained, script, tmp_path / "small.onnx")
    )
    assert len(first.boxes) > 3 and len(set(first.scores.tolist())) > 3
    for other, near in zip(others, (1e-4, 0.02), strict=True):  # ONNX keeps its weights in 16 bits
        assert np.allclose(other.scores[:3], first.scores[:3], atol=near)
        assert np.allclose(other.boxes[:3], first.boxes[:3], atol=100 * near)


@pytest.mark.slow
def test_the_number_of_threads_does_not_change_a_bit(trained, tmp_path):
    export(trained, tmp_path / "small.onnx", "a test", 160)
    program = (
        "import sys; sys.path.insert(0, sys.argv[1]); import numpy as np, torch\n"
        "torch.set_num_threads(int(sys.argv[3]))\n"
        "from framewright.detector import *\n"
        "frame = np.random.default_rng(1).integers(0, 255, (352, 640, 3), np.uint8)\n"
        "(one,) = open_detector(sys.argv[2], Settings(confidence=0.0))([frame])\n"
        "print(one.boxes.tobytes().hex(), one.classes.tobytes().hex())"
    )
    for weights in (trained, tmp_path / "small.onnx"):
        said = [
            subprocess.check_output(
                [sys.executable, "-c", program, str(ROOT / "scripts"), str(weights), threads],
                env=os.environ | {"OMP_NUM_THREADS": threads},
            )
            for threads in ("1", "2")
        ]
        assert len(said[0]) > 1000 and said[0] == said[1]


@pytest.mark.slow
def test_open_vocabulary_weights_find_what_prompts_say_or_tell_what_they_lack(tmp_path, monkeypatch):
    forbid_downloads()
    from ultralytics import YOLOWorld

    YOLOWorld("yolov8s-worldv2.yaml").save(tmp_path / "open.pt")
    assert len(open_detector(tmp_path / "open.pt").names) == 80
    assert importlib.util.find_spec("clip") is None, "this test wants to see what happens without a text encoder"
    for given in ({"prompts": ("cat", "dog")}, {"vocabulary": ("cat",)}):
        with pytest.raises(UserError, match="prompts need a text encoder"):
            open_detector(tmp_path / "open.pt", **given)
    (tmp_path / "clip.py").write_text(ENCODER)
    monkeypatch.syspath_prepend(tmp_path)
    for given, names in (({"prompts": ("a cat", "dog")}, ("a cat", "dog")), ({"vocabulary": ("cup",)}, ("cup",))):
        detector = open_detector(tmp_path / "open.pt", Settings(size=160, confidence=0.0), **given)
        assert detector.names == names
        assert detector([picture()])[0].classes.shape[1] == len(names)


ENCODER = """
import torch

class Encoder(torch.nn.Module):
    def encode_text(self, tokens):
        return torch.ones(len(tokens), 512) * tokens[:, :1]

def load(name, device, download_root):
    return Encoder(), None

def tokenize(texts, truncate):
    return torch.tensor([[len(text)] * 77 for text in texts])
"""


@pytest.mark.slow
@pytest.mark.skipif(not (SHARED / "data/detector").is_dir(), reason="needs the COCO weights of FRAMEWRIGHT_SHARED")
def test_weights_of_a_fixed_size_find_what_ultralytics_finds_with_them():
    forbid_downloads()
    from ultralytics import YOLO
    from ultralytics.utils import ASSETS

    weights = SHARED / "data/detector/yolov8n-int8-coco.onnx"
    detector = open_detector(weights, Settings(size=320, confidence=0.25))  # its graph's 640 counts
    found = detector([cv2.imread(str(ASSETS / "bus.jpg"))[..., ::-1]])[0]
    assert [detector.names[one.argmax()] for one in found.classes] == ["person"] * 3 + ["bus", "person"]
    theirs = YOLO(weights, task="detect").predict(
        ASSETS / "bus.jpg", conf=0.25, iou=0.7, agnostic_nms=True, verbose=False, device="cpu"
    )[0]
    assert np.allclose(found.boxes, theirs.boxes.xyxy, atol=0.01)
    assert np.allclose(found.scores, theirs.boxes.conf, atol=1e-5)


def test_the_librarys_least_score_is_that_of_the_configuration():
    assert Settings().confidence == complete({}, ROOT / "config/schemas")[0]["tracks"]["detector"]["confidence"]
