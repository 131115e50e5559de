import numpy as np
import pytest

from framewright import boxes


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        pytest.param([0, 0, 10, 10], [0, 0, 10, 10], 1.0, id="a box with itself"),
        pytest.param([0, 0, 10, 10], [5, 0, 15, 10], 1 / 3, id="half of each is shared"),
        pytest.param([0, 0, 10, 10], [10, 0, 20, 10], 0.0, id="touching edges share nothing"),
        pytest.param([0, 0, 10, 10], [2, 2, 7, 7], 0.25, id="one inside the other"),
        pytest.param([3, 3, 3, 3], [3, 3, 3, 3], 0.0, id="two empty boxes are not alike"),
    ],
)
def test_iou(first, second, expected):
    assert boxes.compute_iou([first], [second]) == pytest.approx(np.array([[expected]]))


def test_iou_compares_each_with_each():
    first, second = np.random.default_rng(0).uniform(0, 50, (2, 7, 4))
    first, second = boxes.from_xywh(first), boxes.from_xywh(second[:5])
    table = boxes.compute_iou(first, second)
    assert table.shape == (7, 5)
    assert np.array_equal(table, boxes.compute_iou(second, first).T)


def test_no_boxes_are_fine_everywhere():
    nothing = np.empty((0, 4))
    assert boxes.compute_iou(nothing, [[0, 0, 1, 1]]).shape == (0, 1)
    assert boxes.compute_areas([]).shape == (0,)
    assert boxes.clip(nothing, (4, 3)).shape == boxes.from_xywh([]).shape == boxes.to_xywh(nothing).shape == (0, 4)


def test_corner_and_size_are_each_others_inverse():
    xyxy = np.array([[1.5, 2, 11.5, 5], [0, 0, 0, 0]])
    assert boxes.to_xywh(xyxy).tolist() == [[1.5, 2, 10, 3], [0, 0, 0, 0]]
    assert np.array_equal(boxes.from_xywh(boxes.to_xywh(xyxy)), xyxy)


def test_area_of_an_inside_out_box_is_none():
    assert boxes.compute_areas([[0, 0, 4, 3], [4, 3, 0, 0], [5, 0, 1, 2]]).tolist() == [12, 0, 0]


def test_clip_leaves_what_is_inside_the_frame():
    clipped = boxes.clip([[-5, -5, 5, 5], [0, 0, 640, 480], [700, 10, 800, 20]], (640, 360))
    assert clipped.tolist() == [[0, 0, 5, 5], [0, 0, 640, 360], [640, 10, 640, 20]]
    assert boxes.compute_areas(clipped)[2] == 0
