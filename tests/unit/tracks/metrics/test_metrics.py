"""Metrics of clips: drawn motion is measured, vectors know what looks alike, quality falls with what harms it."""

from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np
import pytest
from make_motion import texture

from framewright.errors import UserError
from framewright.tracks.clips.extract import extract
from framewright.tracks.meta import new_track
from framewright.tracks.metrics.appearance import DIMENSIONS, hog_lab, mean_vector, open_backend
from framewright.tracks.metrics.camera import CameraPath
from framewright.tracks.metrics.measure import ClipMetrics, measure_clips
from framewright.tracks.metrics.motion import make_dis_flow, open_flow, pair_motion
from framewright.tracks.metrics.quality import picture_quality
from framewright.tracks.metrics.store import read_rows, write_embeddings, write_motion, write_npy, write_quality
from framewright.tracks.metrics.vectors import compute_distances, quantise
from framewright.video.encode import Writer

SIZE, RATE, SECONDS = (640, 360), 32, 4


def film(folder: Path, pan: float, walk: float, rate: int = RATE, zoom: float = 0.0) -> list[ClipMetrics]:
    """The metrics of the clip of a round object that walks before a camera that pans, both in pixels per 1/16 s.

    The world is drawn large, and the camera shows a part of it.
    """
    rng = np.random.default_rng(7)
    world, thing = texture(rng, 1400, 600, 2.5), cv2.resize(texture(rng, 80, 60, 2.0), (160, 120))
    round_ = cv2.ellipse(np.zeros((120, 160), np.float32), (80, 60), (78, 58), 0, 0, 360, 1.0, -1, cv2.LINE_AA)
    times = np.arange(SECONDS * rate) / rate
    boxes = []
    with Writer(folder / "film.mp4", SIZE, Fraction(rate), crf=12, preset="veryfast") as writer:
        for time in times:
            camera, own = 16 * pan * time, 16 * walk * time
            x, y = 240 + 100 * np.sign(pan) + own - camera, 120.0
            ground = cv2.warpAffine(
                world, np.array([[1, 0, -camera - 350], [0, 1, -100]], np.float32), SIZE, flags=cv2.INTER_LINEAR
            )
            shift = np.array([[1, 0, x], [0, 1, y]], np.float32)
            cover = cv2.warpAffine(round_, shift, SIZE)
            shown = np.rint(ground * (1 - cover) + cv2.warpAffine(thing, shift, SIZE) * cover).astype(np.uint8)
            if zoom:
                scale = 1 + zoom * time
                matrix = np.array([[scale, 0, 320 * (1 - scale)], [0, scale, 180 * (1 - scale)]], np.float32)
                shown = cv2.warpAffine(shown, matrix, SIZE)
                x, y, right, bottom = (matrix[:, :2] @ [[x, x + 160], [y, y + 120]] + matrix[:, 2:]).T.ravel()
                boxes.append([x, y, right, bottom])
            else:
                boxes.append([x, y, x + 160, y + 120])
            writer.add(np.repeat(shown[..., None], 3, axis=2))
    boxes = np.array(boxes)
    grown = boxes + np.array([-10, -8, 10, 8])  # detectors leave a margin
    track = new_track("film", SIZE, times, grown, [0], ["thing"])
    folder.joinpath("clips").mkdir()
    clips = extract(folder / "film.mp4", [track], folder / "clips")
    return list(measure_clips(folder / "clips", [track], clips, make_dis_flow(), hog_lab))


@pytest.mark.slow
def test_a_still_object_under_a_pan_does_not_move(tmp_path):
    (found,) = film(tmp_path, pan=4.0, walk=0.0)
    assert found.camera_motion[3] == pytest.approx(4.0, rel=0.1)
    assert found.object_motion[3] <= 0.2


@pytest.mark.slow
@pytest.mark.parametrize(("pan", "walk"), [(0.0, 2.0), (2.0, 2.0), (-3.0, 1.5)])
def test_an_object_that_walks_moves_whatever_the_camera_does(tmp_path, pan, walk):
    (found,) = film(tmp_path, pan, walk)
    scale = 360 / 120 / 1.13  # pixels of the clip, its short side being 360, for one of the frame's; it has a margin
    assert found.camera_motion[3] == pytest.approx(abs(pan), rel=0.1, abs=0.15)
    assert found.object_motion[3] == pytest.approx(walk * scale, rel=0.15)


@pytest.mark.slow
def test_nothing_moves_where_nothing_moves(tmp_path):
    (found,) = film(tmp_path, 0.0, 0.0)
    assert found.motion.shape == (2, 7) and found.motion[:, 5].max() < 0.2
    assert found.object_motion[3] < 0.2 and found.camera_motion[3] < 0.2


@pytest.mark.slow
def test_a_zoom_is_the_camera_s(tmp_path):
    (found,) = film(tmp_path, 0.0, 0.0, zoom=0.06)
    assert found.object_motion[3] <= 0.3


@pytest.mark.slow
def test_rates_do_not_change_speeds(tmp_path):
    for rate in (25, 60):
        folder = tmp_path / str(rate)
        folder.mkdir()
        (found,) = film(folder, 4.0, 0.0, rate=rate)
        assert found.camera_motion[3] == pytest.approx(4.0, rel=0.1)


def test_flow_is_in_pixels_of_360_per_sixteenth():
    rng = np.random.default_rng(0)
    ground = texture(rng, 300, 200)
    before, after = ground[20:164, 20:164], ground[20:164, 17:161]  # 3 pixels to the right
    window = np.array([0.0, 0.0, 288.0, 288.0])
    found = pair_motion(before, after, (0.0, 1 / 8), (window, window), (640, 360), make_dis_flow())
    assert np.median(found.speeds) == pytest.approx(3 * 360 / 144 / 2, rel=0.03)
    assert found.camera == pytest.approx(3 * 2 / 2, rel=0.05)  # a pixel here is two of the frame's
    assert found.object < 0.2


def test_where_nothing_can_be_seen_nothing_is_said():
    grey = np.full((100, 100), 90, np.uint8)
    window = np.array([0.0, 0.0, 100.0, 100.0])
    found = pair_motion(grey, grey, (0.0, 1 / 16), (window, window), (640, 360), make_dis_flow())
    assert np.isnan(found.camera) and np.isnan(found.object)


def coloured(seed: int, size: int = 200) -> np.ndarray:
    rng = np.random.default_rng(seed)
    base = rng.integers(40, 216, 3)
    planes = [texture(rng, size, size, 12.0).astype(int) - 128 + level for level in base]
    return np.clip(np.stack(planes, axis=-1), 0, 255).astype(np.uint8)


@pytest.mark.slow
def test_a_copy_is_nearer_than_any_other_thing():
    things = [coloured(seed) for seed in range(60)]
    worse = [cv2.imdecode(cv2.imencode(".jpg", one, [cv2.IMWRITE_JPEG_QUALITY, 25])[1], 1) for one in things]
    smaller = [cv2.resize(one, (90, 90), interpolation=cv2.INTER_AREA) for one in things]
    cut = [one[6:-6, 6:-6] for one in things]
    own, _ = quantise(hog_lab(things))
    apart = np.sqrt(compute_distances(own, own).astype(float))
    others = np.sort(apart[np.triu_indices(60, 1)])
    for copies in (worse, smaller, cut):
        copied, _ = quantise(hog_lab(copies))
        near = np.sqrt(np.diag(compute_distances(own, copied)).astype(float))
        assert np.quantile(near, 0.95) < others[0]


def test_vectors_are_of_length_1_and_of_known_size():
    vectors = hog_lab([coloured(1), np.zeros((40, 30, 3), np.uint8)])
    assert vectors.shape == (2, DIMENSIONS) and np.isfinite(vectors).all()
    assert np.linalg.norm(mean_vector(vectors)) == pytest.approx(1.0)


def test_a_detector_s_features_are_a_backend():
    weights = Path(__file__).parents[4] / "config" / "detector" / "demo.onnx"
    embed = open_backend("detector", weights)
    vectors = embed([coloured(1), coloured(1), coloured(2)])
    assert vectors.shape[0] == 3 and vectors.shape[1] >= 32
    assert np.array_equal(vectors[0], vectors[1]) and not np.allclose(vectors[0], vectors[2])


def test_quality_falls_with_what_harms_it():
    fine = np.repeat(texture(np.random.default_rng(0), 200, 200, 1.0)[..., None], 3, axis=2)
    sharp, bright, vivid = picture_quality(fine)
    soft = picture_quality(cv2.GaussianBlur(fine, (0, 0), 3))
    dark = picture_quality((fine * 0.2).astype(np.uint8))
    assert soft[0] < sharp and dark[1] == pytest.approx(0.2 * bright, abs=0.02) and dark[2] < 0.3 * vivid


@pytest.mark.slow
def test_what_is_written_is_read_and_the_origin_s_files_have_its_shapes(tmp_path):
    found = film(tmp_path, 2.0, 1.0)
    paths = [tmp_path / f"{name}.npz" for name in ("motion", "embeddings", "quality")]
    write_motion(paths[0], found)
    write_embeddings(paths[1], found, "hog_lab", "")
    write_quality(paths[2], found)
    first = [path.read_bytes() for path in paths]
    write_motion(paths[0], found)
    assert first[0] == paths[0].read_bytes()
    (row,) = read_rows(*paths).values()
    assert row["motion_q90"] == pytest.approx(float(found[0].motion[:, 5].mean()), rel=1e-5)
    assert len(row["embedding"]) == DIMENSIONS and 0 < row["quality"] <= 1 and row["object_share"] > 0.1
    write_npy(tmp_path / "npy", "D", {found[0].tid: "fi/film-thing-x.mp4"}, *paths[:2])
    motion = np.load(tmp_path / "npy/tracks_motion/D/fi/film-thing-x.npy")
    assert motion.dtype == np.float32 and np.allclose(motion.reshape(-1, 7), found[0].motion)
    vector = np.load(tmp_path / "npy/tracks_embeddings/D/fi/film-thing-x.npy")
    assert vector.dtype == np.float32 and vector @ found[0].vector == pytest.approx(1.0, abs=0.01)
    for path, write in zip(
        paths, (write_motion, lambda p, f: write_embeddings(p, f, "x", ""), write_quality), strict=True
    ):
        write(path, [])
    assert read_rows(*paths) == {}


def test_a_model_of_one_s_own_measures_flow(tmp_path):
    import torch

    class Shift(torch.nn.Module):
        def forward(self, one: torch.Tensor, other: torch.Tensor) -> list[torch.Tensor]:
            assert one.min() >= -1 and one.max() <= 1
            flow = torch.ones(1, 2, one.shape[2], one.shape[3]) * 3
            return [flow * 0, flow]  # of its iterations the last one counts

    torch.jit.script(Shift()).save(str(tmp_path / "raft.pt"))
    flow = open_flow("raft", tmp_path / "raft.pt")
    found = flow.run(coloured(1), coloured(2))
    assert found.shape == (200, 200, 2) and (found == 3).all()
    with pytest.raises(UserError, match="no weights; name a file"):
        open_flow("raft", None)
    with pytest.raises(UserError, match="no weights; name a file"):
        open_backend("onnx", None)


@pytest.mark.parametrize(("pan", "zoom"), [(3.0, 1.0), (-5.0, 1.02), (0.0, 0.99)])
def test_what_the_whole_frame_says_of_the_camera_goes_before_the_corners(pan, zoom):
    # an object that fills its window moves with it: the corners alone would take it for the background
    rng = np.random.default_rng(0)
    thing = texture(rng, 200, 200)
    windows = np.array([100.0, 100.0, 300.0, 300.0]), np.array([108.0, 100.0, 308.0, 300.0])
    camera = np.array([zoom, 0.0, pan, 0.0, zoom, 0.0])
    found = pair_motion(thing, thing, (0.0, 1 / 16), windows, (640, 360), make_dis_flow(), camera)
    shift = np.hypot(zoom * 200 + pan - 200, zoom * 200 - 200)
    assert found.camera == pytest.approx(shift, abs=0.01)
    moved = np.hypot(8 - (zoom * 200 + pan - 200), zoom * 200 - 200)
    assert found.object == pytest.approx(moved * 360 / 200, abs=0.6)


def test_a_camera_s_path_is_put_together_between_two_instants():
    times = np.arange(10) / 16
    motions = np.tile([1.0, 0, 2.0, 0, 1.0, 0.5], (10, 1))
    path = CameraPath(np.append(times, [5.0]), np.vstack([motions, [1, 0, 99, 0, 1, 0]]))
    assert path.between(1 / 16, 3 / 16) == pytest.approx([1, 0, 4, 0, 1, 1])
    assert path.between(1.25 / 16, 1.75 / 16) == pytest.approx([1, 0, 1, 0, 1, 0.25])
    assert path.between(-1.0, 0.1) is None and path.between(0.5, 0.9) is None and path.between(5.1, 5.2) is None
