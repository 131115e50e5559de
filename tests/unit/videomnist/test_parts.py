"""Parts of the moving digits: the card, grids and borders, curves, the encoder of frames, and stores that grow."""

import cv2
import h5py
import numpy as np
import pytest
import torch

from framewright.study.contract import Finding
from framewright.videomnist import card, model_charts, model_preview
from framewright.videomnist.digits import EMBEDDED
from framewright.videomnist.frame_encoder import FrameEncoder
from framewright.videomnist.store import GREY, PartWriter, Shape


@pytest.mark.parametrize(("digits", "sentence"), [(1, card.ALONE), (2, card.SEVERAL)])
def test_the_card_says_what_is_true_of_the_number_of_digits(digits, sentence):
    found = card.describe_dataset("idx", digits, [Finding("all ink is visible", True, "60 videos")])
    assert sentence in found.limits and len({card.ALONE, card.SEVERAL} & {*found.limits}) == 1
    assert "All ink is visible: 60 videos." in found.description and found.licence == card.LICENCE_MNIST
    small = card.describe_dataset(EMBEDDED, digits, [])
    assert small.limits[0] == card.SMALL and small.licence == card.LICENCE_SMALL


def test_a_grid_has_each_video_in_its_place_and_black_below_short_columns():
    videos = [np.full((3, 8, 8), grey, np.uint8) for grey in (50, 100, 150)]
    grid = model_preview.lay_out_grid([[videos[0], videos[1]], [videos[2]]])
    height, width = grid.shape[1] // 2, grid.shape[2] // 2
    corners = [grid[1, row, column] for row in (0, height) for column in (0, width)]
    assert corners == [50, 150, 100, 0]


def test_given_frames_have_another_border_than_predicted_ones():
    video = np.zeros((4, 8, 8), np.uint8)
    framed = model_preview.add_border(video, 2)
    assert not video.any() and framed[0, 0, 0] == framed[1, 0, 0] > framed[2, 0, 0] == framed[3, 0, 0] > 0
    assert not framed[:, 1:-1, 1:-1].any()


def test_a_strip_has_a_row_for_each_video():
    sheet = model_preview.film_strips(
        [("0 real", np.zeros((16, 8, 8), np.uint8)), ("decoded", np.ones((16, 8, 8), np.uint8))]
    )
    assert sheet.ndim == 3 and sheet.shape[2] == 3


@pytest.mark.slow
def test_curves_are_written_from_the_history(tmp_path):
    history = [
        {"step": k, "train_loss": 1 / (k + 1), "loss": 2 / (k + 1), "codes": 5, "perplexity": 3.0} for k in range(4)
    ]
    model_charts.write_vqvae_curves(tmp_path / "a.png", history)
    model_charts.write_gpt_curves(tmp_path / "b.png", history, 64)
    shapes = [cv2.imread(str(tmp_path / name)).shape for name in ("a.png", "b.png")]
    assert all(9 * width >= 16 * height for height, width, _ in shapes) and shapes[0][1] > shapes[1][1]


@pytest.mark.slow
def test_each_video_is_encoded_for_itself_a_place_for_each_four_pixels():
    torch.manual_seed(0)
    encoder = FrameEncoder().eval()
    videos = torch.rand(2, 3, 3, 16, 16) - 0.5
    with torch.no_grad():
        together, alone = encoder(videos), encoder(videos[1:])
    assert together.shape[:2] == (2, 3 * 4 * 4)
    assert torch.allclose(together[1:], alone, atol=1e-5) and not torch.allclose(together[:1], alone, atol=1e-3)


@pytest.mark.parametrize("count", [1, 63, 64, 65, 200])
def test_a_part_that_grows_holds_each_video_once(count, tmp_path):
    rng = np.random.default_rng(0)
    videos = rng.integers(0, 256, (count, 4, 8, 8), dtype=np.uint8)
    with PartWriter(tmp_path / "part.h5", Shape(4, 8), {"label": (np.int64, ())}, (GREY,)) as part:
        for number, video in enumerate(videos):
            part.add(video, label=number)
    with h5py.File(tmp_path / "part.h5") as file:
        assert np.array_equal(file[GREY][()].reshape(count, 4, 8, 8), videos)
        assert file["label"][()].tolist() == [*range(count)]
