"""Licence plates, with weights that find the same in every frame: where they are, and that they get covered."""

import numpy as np
import pytest
from make_video import make_video
from make_weights import columns, make_weights

from framewright.errors import UserError
from framewright.tracks.privacy.deface import audit, deface, open_finders
from framewright.tracks.privacy.options import DefaceSettings, FinderSettings
from framewright.tracks.privacy.plates import open_plate_finder
from framewright.video.examine import probe
from framewright.video.probe import as_probe
from framewright.video.stream import open_video

PLATE, FAINT, TWIN = (160, 80, 40, 20, 0.1, 0.9), (60, 60, 20, 10, 0.04, 0.02), (162, 81, 40, 20, 0.6, 0.2)
GREY = np.full((320, 640, 3), 90, np.uint8)


def weights(folder, *boxes, side=320):
    return make_weights(folder / "plates.onnx", columns(*boxes), {0: "car plate", 1: "plate"}, side)


def test_a_plate_is_where_the_weights_see_it_and_the_surest_of_two_stays(tmp_path):
    """The picture is twice as wide as the network's square, which has it in its upper half."""
    find = open_plate_finder(weights(tmp_path, TWIN, PLATE, FAINT), 0.15, 320)
    assert find(GREY) == pytest.approx(np.array([[280.0, 140.0, 360.0, 180.0, 0.9]]))
    assert find(GREY[:, :320]) == pytest.approx(np.array([[140.0, 70.0, 180.0, 90.0, 0.9]]))


def test_nothing_found_is_no_rows(tmp_path):
    assert open_plate_finder(weights(tmp_path, FAINT), 0.15, 320)(GREY).shape == (0, 5)


@pytest.mark.parametrize(
    "output",
    [
        pytest.param(np.zeros((300, 6)), id="the rows of an end-to-end head"),
        pytest.param(np.zeros((4, 20)), id="boxes without scores"),
    ],
)
def test_weights_of_another_kind_are_one_line(tmp_path, output):
    own = make_weights(tmp_path / "other.onnx", output)
    with pytest.raises(UserError, match="export it without NMS") as error:
        open_plate_finder(own, 0.15, 320)(GREY)
    assert "\n" not in str(error.value)


def test_a_net_of_the_yunet_kind_is_refused_with_the_true_reason(tmp_path):
    """Its outputs come by scale: scores of 40 x 40 cells first."""
    own = make_weights(tmp_path / "yunet.onnx", np.zeros((40 * 40, 1)))
    with pytest.raises(UserError, match=r"YuNet kind.*YOLO family") as error:
        open_plate_finder(own, 0.15, 320)(GREY)
    assert "\n" not in str(error.value)


@pytest.mark.slow
def test_a_plate_is_covered_in_all_frames_and_nothing_else_is(tmp_path):
    film = make_video(tmp_path / "v.mp4", range(20), size=(320, 160), rate=25)
    finders = FinderSettings(long_side=320, plates=str(weights(tmp_path, PLATE)), plate_size=320)
    settings = DefaceSettings(finders, method="solid")
    probed = as_probe(probe(film) | {"video": "v"})
    record, found, times = deface(film, tmp_path / "out.mp4", probed, settings)
    assert (record["status"], record["chains"], record["covered_frames"]) == ("covered", 1, 20)
    with open_video(film) as before, open_video(tmp_path / "out.mp4") as after:
        for old, new in zip(before.frames(), after.frames(), strict=True):
            away = np.abs(new.rgb.astype(int) - old.rgb.astype(int))
            assert np.ptp(new.rgb[72:88, 142:178].astype(int)) < 40  # grey
            assert away[:40].mean() < 3 and away[:, :100].mean() < 3 and away[:, 220:].mean() < 3
    result = audit(tmp_path / "out.mp4", record, (found, times), open_finders(finders), 5)
    assert (result["looked_at"], result["open"]) == (5, 0) and result["seen"] >= 5
