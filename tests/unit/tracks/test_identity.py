"""A re-identification network of the user: what it is given, what is kept of it, and that the tracker believes it."""

import numpy as np
import onnx
import pytest
from make_video import make_video
from make_weights import columns, make_weights
from onnx import TensorProto, helper

from framewright.errors import UserError
from framewright.study.record import hash_file
from framewright.tracks.objects.associate import NO_IDENTITY, FrameDetections, find_tracklets
from framewright.tracks.objects.detect import detect_video, open_object_detector
from framewright.tracks.objects.detections import DetectionsReader
from framewright.tracks.objects.follow import follow
from framewright.tracks.objects.identity import BATCH, cut_crop, open_identifier
from framewright.tracks.objects.options import Association, DetectorSettings, Keep
from framewright.tracks.segments.filters import IMAGENET

BOXES = np.array([[10, 10, 30, 50], [60, 10, 90, 50], [-20, 80, 5, 130]], float)
DETECTOR = DetectorSettings(image_size=320)


def make_network(path, shape=("n", 3, 32, 16), keep_sides=0):
    """A network that gives the mean colour of each crop, as it is given it."""
    output = ["n", 3, 1, 1] if keep_sides else ["n", 3]
    graph = helper.make_graph(
        [helper.make_node("ReduceMean", ["crops"], ["vectors"], axes=[2, 3], keepdims=keep_sides)],
        "mean",
        [helper.make_tensor_value_info("crops", TensorProto.FLOAT, shape)],
        [helper.make_tensor_value_info("vectors", TensorProto.FLOAT, output)],
    )
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=10), path)
    return path


def paint(*colours):
    picture = np.full((120, 120, 3), 128, np.uint8)
    for box, colour in zip(BOXES.clip(0).astype(int), colours, strict=True):
        picture[box[1] : box[3], box[0] : box[2]] = colour
    return picture


@pytest.mark.parametrize("batch", ["n", 1], ids=["any number", "one at a time"])
def test_a_vector_of_length_one_for_each_box_of_what_is_in_it(tmp_path, batch):
    colours = [(255, 0, 0), (0, 255, 0), (0, 0, 255)]
    found = open_identifier(make_network(tmp_path / "reid.onnx", (batch, 3, 32, 16)))(paint(*colours), BOXES)
    normal = (np.array(colours) / 255 - IMAGENET.mean) / IMAGENET.deviation
    expected = normal / np.linalg.norm(normal, axis=1, keepdims=True)
    assert found.dtype == np.float16 and np.abs(found - expected).max() < 2e-3


def test_many_boxes_none_and_those_outside_of_the_picture(tmp_path):
    identify, picture = open_identifier(make_network(tmp_path / "reid.onnx")), paint(*np.eye(3) * 255)
    many = np.tile(BOXES[:1], (BATCH + 3, 1))
    assert identify(picture, many).shape == (BATCH + 3, 3)
    assert len(identify(picture, BOXES[:0])) == 0
    assert identify(picture, np.array([[200.0, 200, 210, 210], [-9, -9, -1, -1]])).shape == (2, 3)
    assert cut_crop(picture, BOXES[1], (16, 32)).shape == (32, 16, 3)


@pytest.mark.parametrize(
    ("make", "said"),
    [
        pytest.param(lambda p: make_network(p / "reid.onnx", ("n", 3, "h", "w")), "crops of one size", id="any size"),
        pytest.param(lambda p: make_network(p / "reid.onnx", ("n", 1, 32, 16)), "takes n x 1 x 32 x 16", id="grey"),
        pytest.param(lambda p: make_network(p / "reid.onnx", keep_sides=1), "gives 3 x 3 x 1 x 1 for 3", id="maps"),
        pytest.param(lambda p: p / "reid.pt", "export it to ONNX", id="no ONNX"),
        pytest.param(lambda p: p / "absent.onnx", "not a model that onnxruntime reads", id="absent"),
    ],
)
def test_what_is_no_such_network_is_refused_in_one_line(tmp_path, make, said):
    with pytest.raises(UserError) as refused:
        open_identifier(make(tmp_path))(paint(*np.eye(3) * 255), BOXES)
    assert said in str(refused.value) and "\n" not in str(refused.value)


def test_vectors_are_stored_beside_the_boxes_and_without_a_network_nothing_is(tmp_path):
    film = make_video(tmp_path / "v.mp4", [5] * 25, size=(320, 180), rate=25)
    weights = make_weights(tmp_path / "w.onnx", columns((160, 160, 120, 100, 0.1, 0.7, 0.3)))
    detector = open_object_detector(DETECTOR, [weights], [])
    identify = open_identifier(make_network(tmp_path / "reid.onnx"))
    for name, how in (("with", identify), ("without", None)):
        detect_video(film, tmp_path / f"{name}.npz", [(0.0, 1.0)], detector, 16, 4, identify=how)
    given, plain = (list(DetectionsReader(tmp_path / f"{name}.npz").frames(0)) for name in ("with", "without"))
    assert all(frame.identity.shape == (1, 3) for frame in given)
    assert all(frame.cue is frame.identity for frame in given)
    assert all(frame.identity is NO_IDENTITY and frame.cue is frame.appearance for frame in plain)
    record = follow(DetectionsReader(tmp_path / "with.npz"), "v", Association(), Keep())[1]["detector"]
    assert record["reid"] == {"weights": "reid.onnx", "sha256": hash_file(tmp_path / "reid.onnx")}
    with np.load(tmp_path / "without.npz") as arrays:
        assert "0/identity" not in arrays and "reid" not in arrays


@pytest.mark.parametrize(("turn", "things"), [(0.0, 1), (90.0, 2)], ids=["the same", "another"])
def test_the_tracker_takes_nothing_for_what_the_network_says_it_is_not(turn, things):
    """A box moves on and leaps a little halfway, when what is in it points elsewhere; it looks the same throughout."""
    boxes = np.array([[100 + 10 * k, 100, 140 + 10 * k, 180] for k in range(16)], float)
    boxes[8:, ::2] += 12
    looks = np.full((1, 128), 10, np.uint8)
    angles = np.radians([0.0 if k < 8 else turn for k in range(16)])
    frames = [
        FrameDetections(
            k / 16, boxes[k : k + 1], np.array([0.9]), np.array([[0.9]]), looks,
            identity=np.array([[np.cos(angles[k]), np.sin(angles[k])]], np.float16),
        )
        for k in range(16)
    ]  # fmt: skip
    assert len(find_tracklets(frames, Association(appearance=0.2))) == things
    assert len(find_tracklets(frames, Association(appearance=0))) == 1
    assert len(find_tracklets([frame.select(np.array([0])) for frame in frames], Association())) == things
