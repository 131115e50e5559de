"""How a runtime asks detectors, and the film that shows it at work."""

from types import SimpleNamespace

import numpy as np
import pytest

from framewright.errors import UserError
from framewright.flexpatch.follow.follower import Track
from framewright.flexpatch.runtime import overlay
from framewright.flexpatch.runtime.detector_adapter import _letterbox, from_onnxruntime, from_ultralytics
from framewright.flexpatch.runtime.meter import Meter
from framewright.flexpatch.runtime.options import RuntimeSettings
from framewright.flexpatch.runtime.packing import Patch, Placed
from framewright.flexpatch.runtime.run import build_runtime, choose_cluster_size
from framewright.flexpatch.runtime.runtime import FlexPatch, list_objects
from framewright.flexpatch.runtime.slices import cut_slices

FRAME, NOTHING = (640, 360), np.zeros((0, 4))


def finder(picture):
    """Finds nothing."""
    return np.zeros((0, 4)), np.zeros(0), np.zeros(0, int)


def runtime(**options):
    from framewright.flexpatch.runtime.detector_adapter import PictureDetector

    return FlexPatch(PictureDetector(finder), FRAME, **{"cluster_size": (320, 180), "tf_model_path": None} | options)


def track(number, box, **more):
    return Track(number, np.array(box, float), **{"score": 0.5, "label": 0} | more)


# ---- slices and sizes


@pytest.mark.parametrize(
    ("frame", "size", "overlap", "across", "down"),
    [
        ((100, 50), (100, 50), 0.2, [0], [0]),
        ((180, 50), (100, 50), 0.2, [0, 80], [0]),
        ((181, 90), (100, 50), 0.2, [0, 80, 81], [0, 40]),
        ((200, 50), (100, 50), 0.0, [0, 100], [0]),
        ((60, 20), (100, 50), 0.2, [0], [0]),
    ],
)
def test_slices_begin_where_a_fifth_is_shared(frame, size, overlap, across, down):
    regions = cut_slices(frame, size, overlap)
    assert [region[:2] for region in regions] == [(x, y) for y in down for x in across]
    wide, high = min(size[0], frame[0]), min(size[1], frame[1])
    assert {(x2 - x1, y2 - y1) for x1, y1, x2, y2 in regions} == {(wide, high)}


class Detector:
    """Sees a picture at half its scale."""

    names = ("a",)

    def shape_of(self, shape):
        return shape[0] // 2, shape[1] // 2

    def __call__(self, pictures):
        return [SimpleNamespace(boxes=NOTHING, scores=np.zeros(0), classes=np.zeros((0, 1)))] * len(pictures)


@pytest.mark.parametrize(
    ("width", "height", "size"),
    [(0.5, 0.5, (640, 384)), (0.25, 0.25, (320, 192)), (0.01, 0.01, (64, 64)), (1.0, 0.3, (1280, 192))],
)
def test_sides_of_a_cluster_are_multiples_of_what_the_network_wants(width, height, size):
    settings = RuntimeSettings(width=width, height=height)
    assert choose_cluster_size(Detector(), (1280, 720), settings) == size


def test_a_runtime_has_patches_of_the_share_of_the_clusters_shorter_side():
    own = build_runtime(Detector(), (1280, 720), RuntimeSettings(patch=0.5), None)
    assert own.patch_cells == (24, 24) and own.cluster_size == (640, 384)
    assert build_runtime(Detector(), (1280, 720), RuntimeSettings(patch=0.001), None).patch_cells == (1, 1)


def test_a_model_that_could_run_code_is_opened_only_on_trust(tmp_path):
    (tmp_path / "a.joblib").write_bytes(b"anything")
    for build in (
        lambda: build_runtime(Detector(), (1280, 720), RuntimeSettings(), tmp_path / "a.joblib"),
        lambda: FlexPatch(Detector(), FRAME, tf_model_path=tmp_path / "a.joblib"),
    ):
        with pytest.raises(UserError, match="can run code"):
            build()


def test_a_meter_counts_the_pixels_that_the_network_sees():
    meter = Meter(Detector())
    assert (meter.pixels, meter.seconds) == (0, 0)
    assert len(meter([np.zeros((100, 60, 3)), np.zeros((20, 10, 3))])) == 2
    assert meter.pixels == 50 * 30 + 10 * 5 and meter.seconds >= 0 and meter.shape_of((8, 6, 3)) == (4, 3)


# ---- detectors of others


def test_a_picture_is_fitted_and_centred_on_grey():
    picture = np.full((40, 100, 3), 51, np.uint8)
    seen, ratio, corner = _letterbox(picture, (64, 64))
    assert seen.shape == (1, 3, 64, 64) and ratio == 0.64 and corner == (0, 19)
    assert np.allclose(seen[0, :, 19:45], 0.2) and np.allclose(seen[0, :, :19], 114 / 255) and seen[0, 0, 45, 0] > 0.4
    seen, ratio, corner = _letterbox(picture.transpose(1, 0, 2), (64, 64))
    assert corner == (19, 0) and np.allclose(seen[0, :, :, 19:45], 0.2)


class Session:
    """Sees what it is told to, as middles, sides and scores, in pixels of its input."""

    def __init__(self, rows, shape=("batch", 3, "height", "width"), kind="tensor(float)"):
        self.rows, self.shape, self.kind = rows, list(shape), kind

    def get_inputs(self):
        return [SimpleNamespace(name="images", type=self.kind, shape=self.shape)]

    def run(self, _, given):
        self.seen = given["images"]
        return [np.array(self.rows, float).T[None]]


def test_what_a_session_sees_is_mapped_back_from_its_input():
    rows = [[50, 30, 20, 10, 0.1, 0.7], [51, 30, 20, 10, 0.6, 0.2], [90, 60, 8, 8, 0.25, 0.0], [20, 20, 8, 8, 0.24, 0]]
    session = Session(rows)
    boxes, scores, labels = from_onnxruntime(session).detect(np.zeros((60, 100, 3), np.uint8))
    assert session.seen.shape == (1, 3, 64, 128) and session.seen.dtype == np.float32
    ratio, left = 64 / 60, (128 - 107) // 2
    assert scores.tolist() == [0.7, 0.25] and labels.tolist() == [1, 0]
    np.testing.assert_allclose(boxes[0], [(40 - left) / ratio, 25 / ratio, (60 - left) / ratio, 35 / ratio])
    fixed = Session(rows, (1, 3, 96, 160), "tensor(float16)")
    detector = from_onnxruntime(fixed, confidence=0.65)
    assert detector.fixed == (96, 160) and len(detector.detect(np.zeros((60, 100, 3), np.uint8))[0]) == 1
    assert fixed.seen.shape == (1, 3, 96, 160) and fixed.seen.dtype == np.float16
    double = Session(rows)
    from_onnxruntime(double, scale=2.0).detect(np.zeros((60, 100, 3), np.uint8))
    assert double.seen.shape == (1, 3, 128, 224)


@pytest.mark.parametrize(("scale", "side"), [(1.0, 128), (2.0, 224), (0.5, 64)])
def test_ultralytics_is_asked_with_a_multiple_of_32_and_blue_first(scale, side):
    class Model:
        def predict(self, picture, imgsz, conf, verbose):
            self.asked = imgsz, conf, verbose, picture[0, 0].tolist()
            part = SimpleNamespace(cpu=lambda: np.zeros((0, 4)))
            empty = SimpleNamespace(cpu=lambda: np.zeros(0))
            return [SimpleNamespace(boxes=SimpleNamespace(xyxy=part, conf=empty, cls=empty))]

    model, picture = Model(), np.zeros((60, 100, 3), np.uint8)
    picture[..., 0] = 9
    boxes, scores, labels = from_ultralytics(model, scale).detect(picture)
    assert model.asked == (side, 0.25, False, [0, 0, 9])
    assert boxes.shape == (0, 4) and scores.shape == (0,) and labels.dtype == int


# ---- the film


@pytest.mark.parametrize(
    ("frame", "cluster", "layout"),
    [
        ((1280, 720), (640, 360), (360, (1280, 1080))),
        ((640, 360), (640, 360), (270, (960, 810))),
        ((960, 541), (320, 320), (480, (960, 1022))),
        ((961, 500), (640, 360), (270, (960, 770))),
    ],
)
def test_the_cluster_is_half_as_wide_as_the_film_and_below_the_frame(frame, cluster, layout):
    assert overlay.layout_film(frame, cluster) == layout


@pytest.mark.parametrize(
    ("other", "meet"),
    [((9, 0, 19, 10), True), ((10, 0, 20, 10), False), ((-9, 0, 1, 10), True), ((-10, 0, 0, 10), False),
     ((0, 9, 10, 19), True), ((0, 10, 10, 20), False), ((0, -9, 10, 1), True), ((0, -10, 10, 0), False)],
)  # fmt: skip
def test_plates_that_touch_do_not_meet(other, meet):
    assert overlay._meet((0, 0, 10, 10), other) is meet


def test_a_coarse_picture_has_24_rows_of_blocks():
    picture = np.random.default_rng(0).integers(0, 255, (240, 480, 3), np.uint8)
    coarse = overlay._coarsen(picture)
    assert coarse.shape == picture.shape
    blocks = coarse.reshape(24, 10, 48, 10, 3)
    assert (blocks == blocks[:, :1, :, :1]).all()
    np.testing.assert_allclose(blocks[0, 0, 0, 0], picture[:10, :10].mean(axis=(0, 1)), atol=1)


def test_the_film_shows_boxes_patches_and_the_cluster_where_they_are():
    own = runtime()
    own.process_frame(np.zeros((360, 640, 3), np.uint8))
    own.placed = [Placed(Patch((400, 200, 500, 280), (100, 80), 1.0), 0, 0)]
    own.shown = np.full((180, 320, 3), 77, np.uint8)
    own.follower.tracks = [track(1, (100, 100, 140, 150)), track(2, (200, 100, 240, 150))]
    own.labels = {1: "high", 2: "low"}
    things = list_objects(own.follower, {1})
    film = overlay.draw_frame(np.zeros((360, 640, 3), np.uint8), things, own, True)
    assert film.shape == (810, 960, 3)
    high, low = overlay.COLOURS["high"], overlay.COLOURS["low"]
    assert film[200, 150].tolist() == list(high) and film[200, 152].tolist() == list(high)
    assert (
        film[200, 300].tolist() == list(low)
        and film[200, 303].tolist() == [0, 0, 0]
        and film[200, 156].tolist() == [0, 0, 0]
    )
    assert film[200, 209].tolist() == list(high) and film[224, 180].tolist() == list(high)
    assert film[350, 600].tolist() == list(overlay.NEW) and film[350, 602].tolist() == [0, 0, 0]
    assert film[300, 700].tolist() == film[419, 700].tolist() == film[350, 749].tolist() == list(overlay.NEW)
    assert (film[540:, :480] == 77).all() and film[541, 481].tolist() == list(overlay.PAPER)
    assert film[140, 152].tolist() == list(high)  # the plate with its number above it
