"""The examples in docstrings run, and each adapter of a detector is short and right."""

import doctest
import importlib
import inspect
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from moving import SIZE, Finder, draw

from framewright.flexpatch import FlexPatch
from framewright.flexpatch.runtime import detector_adapter
from framewright.flexpatch.runtime.detector_adapter import adapt_detector, from_onnxruntime, from_ultralytics

ROOT = Path(__file__).parents[3]
THINGS = ([20, 20, 44, 60], [300, 150, 340, 190]), [0, 1]


@pytest.mark.parametrize(
    ("name", "least"),
    [("detector_adapter", 9), ("failing", 5), ("runtime", 5), ("slices", 1)],
)
def test_the_examples_in_docstrings_run(name, least, monkeypatch):
    monkeypatch.chdir(ROOT)
    result = doctest.testmod(importlib.import_module(f"framewright.flexpatch.runtime.{name}"))
    assert result.failed == 0 and result.attempted >= least


@pytest.mark.parametrize("name", ["from_end2end", "from_ultralytics", "from_onnxruntime"])
def test_an_adapter_has_fewer_than_thirty_lines_and_imports_nothing_of_its_detector(name):
    source = inspect.getsource(getattr(detector_adapter, name))
    assert len(source.splitlines()) < 30 and "\n    import " not in source
    assert "import ultralytics" not in inspect.getsource(detector_adapter)


class Tensor:
    """What ultralytics gives: an array behind `cpu()`."""

    def __init__(self, values):
        self.values = values

    def cpu(self):
        return self.values


class Loaded:
    """Answers as a loaded model of ultralytics does, which takes BGR."""

    def predict(self, picture, imgsz, conf, verbose):
        assert imgsz % 32 == 0 and not verbose
        found = Finder()([picture[..., ::-1]])[0]
        parts = found.boxes, found.scores, found.classes.argmax(axis=1)
        return [
            SimpleNamespace(
                boxes=SimpleNamespace(**dict(zip(("xyxy", "conf", "cls"), map(Tensor, parts), strict=True)))
            )
        ]


def test_a_loaded_model_of_ultralytics_is_a_detector():
    boxes, scores, labels = from_ultralytics(Loaded()).detect(draw(*THINGS))
    assert sorted(boxes.tolist()) == [[20, 20, 44, 60], [300, 150, 340, 190]] and sorted(labels) == [0, 1]
    things = FlexPatch(from_ultralytics(Loaded()), SIZE, (320, 180)).process_frame(draw(*THINGS))
    assert len(things) == 2 and scores.min() > 0.5


@pytest.mark.slow
def test_a_network_of_ultralytics_itself_is_a_detector():
    from framewright.detector import forbid_downloads

    forbid_downloads()
    ultralytics = pytest.importorskip("ultralytics")
    model = ultralytics.YOLO(str(ROOT / "config/detector/demo.yaml"), task="detect")
    boxes, scores, labels = from_ultralytics(model, confidence=0.0001).detect(draw(*THINGS))
    assert boxes.shape == (len(scores), 4) and len(labels) == len(scores)


@pytest.mark.slow
def test_a_session_of_onnx_runtime_finds_what_our_detector_finds():
    import onnxruntime

    from framewright.detector import Settings, open_detector
    from framewright.scenes.street import make_street

    weights = ROOT / "config/detector/demo.onnx"
    session = onnxruntime.InferenceSession(str(weights), providers=["CPUExecutionProvider"])
    picture = make_street(np.random.default_rng(1), 0.2).draw(0).picture
    ours = adapt_detector(open_detector(weights, Settings(scale=1.0, confidence=0.25, nms=0.45)))(picture)
    theirs = from_onnxruntime(session).detect(picture)
    order = [np.lexsort(found[0].T) for found in (ours, theirs)]
    assert len(ours[0]) > 2 and len(ours[0]) == len(theirs[0])
    assert np.clip(theirs[0][order[1]], 0, [640, 360, 640, 360]) == pytest.approx(ours[0][order[0]], abs=0.01)
