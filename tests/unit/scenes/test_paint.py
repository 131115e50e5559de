"""Drawing in metres: where shapes lie, how much they cover, and how cut-outs are laid over a picture."""

import numpy as np
import pytest
from measured import find_extent

from framewright.scenes.paint import LIGHT, Canvas, Sprite, cast_shadow, lay, lay_by, mix, shade_colour, smooth

WHITE, RED = (1.0, 1.0, 1.0), (1.0, 0.0, 0.0)


def canvas(scale: float = 50.0) -> Canvas:
    return Canvas(1, 2, 3, scale, 0.5)


def area_of(drawn: Canvas) -> float:
    return float(drawn.rgba[..., 3].sum() / drawn.scale**2)


def square_sprite(side: int = 10, grey: int = 200, scale: float = 10.0) -> Sprite:
    """An opaque square with two clear pixels around, standing on the middle of its lower edge."""
    rgba = np.zeros((side + 4, side + 4, 4), np.uint8)
    rgba[2:-2, 2:-2] = (grey, grey, grey, 255)
    return Sprite(rgba, (side / 2 + 2, side + 2), scale)


def test_colours_are_mixed_evenly_and_shaded_within_bounds():
    assert mix((0, 0.5, 1), (1, 0.5, 0), 0.25) == pytest.approx((0.25, 0.5, 0.75))
    assert shade_colour((0.2, 0.5, 0.9), 0.5) == pytest.approx((0.1, 0.25, 0.45))
    assert shade_colour((0.2, 0.5, 0.9), 1.5) == pytest.approx((0.3, 0.75, 1))


def test_a_smooth_curve_passes_its_points_and_is_round_between_them():
    corners = [(0, 0), (1, 0), (1, 1), (0, 1)]
    curve = smooth(corners, 4)
    assert curve.shape == (16, 2) and smooth(corners).shape == (32, 2)
    assert curve[::4].tolist() == [list(map(float, corner)) for corner in corners]
    assert curve[2::4] == pytest.approx(np.array([[0.5, -0.125], [1.125, 0.5], [0.5, 1.125], [-0.125, 0.5]]))
    # a quarter of the way by the formula of Catmull and Rom, which weighs four points
    assert curve[1] == pytest.approx([0.203125, -0.09375], abs=1e-9)


def test_a_canvas_has_the_size_of_what_it_is_for_and_a_pixel_more_around():
    drawn = canvas(10)
    assert drawn.rgba.shape == (38, 33, 4) and drawn.anchor == (11, 31)
    assert drawn.pixels([(0, 0), (1, 2)]).tolist() == [[11, 31], [21, 11]]
    assert Canvas(1, 1, 1, 100).rgba.shape[0] == 109


@pytest.mark.parametrize("alpha", [1.0, 0.4])
def test_a_polygon_covers_its_area_where_it_lies(alpha):
    drawn = canvas()
    drawn.polygon([(0.2, 0.5), (1.2, 0.5), (1.2, 2.0), (0.2, 2.0)], RED, alpha=alpha)
    assert area_of(drawn) == pytest.approx(1.5 * alpha, rel=0.06)  # edges are soft
    assert find_extent(Sprite((drawn.rgba / alpha * 255).clip(0, 255).astype(np.uint8), drawn.anchor, drawn.scale)) == (
        pytest.approx((0.2, 0.5, 1.2, 2.0), abs=0.025)
    )
    middle = drawn.rgba[int(drawn.anchor[1] - 60), int(drawn.anchor[0] + 30)]
    assert middle == pytest.approx([alpha, 0, 0, alpha], abs=0.01)


def test_a_gradient_goes_evenly_from_top_to_bottom():
    drawn = canvas()
    drawn.polygon([(0, 0), (1, 0), (1, 2), (0, 2)], WHITE, (0, 0, 0))
    column = drawn.rgba[:, int(drawn.anchor[0] + 25), 0][int(drawn.anchor[1]) - 99 : int(drawn.anchor[1]) - 1]
    assert column[0] == pytest.approx(1, abs=0.04) and column[-1] == pytest.approx(0, abs=0.04)
    assert np.diff(column) == pytest.approx(-1 / 104, abs=0.001)


def test_a_stroke_is_as_wide_as_asked_and_pale_where_that_is_less_than_a_pixel():
    for width in (0.1, 0.2):
        drawn = canvas()
        drawn.stroke([(0, 1), (1.5, 1)], width, RED)
        assert drawn.rgba[:, int(drawn.anchor[0] + 30), 3].sum() / 50 == pytest.approx(width + 0.04, abs=0.03)
    thin = canvas()
    thin.stroke([(0, 1), (1.5, 1)], 0.01, RED, 0.5)
    assert thin.rgba[..., 3].max() == pytest.approx(0.5 * 0.5 * 0.71, abs=0.02)  # it lies between two rows
    thick = canvas()
    thick.stroke([(0, 1), (1.5, 1)], 0.1, RED, 0.5)
    assert thick.rgba[..., 3].max() == pytest.approx(0.5, abs=0.01)


def test_discs_and_rings_are_round():
    disc, ring = canvas(), canvas()
    disc.disc((0.5, 1.5), 0.4, RED)
    ring.ring((0.5, 1.5), 0.4, 0.1, RED)
    assert area_of(disc) == pytest.approx(np.pi * 0.16, rel=0.08)
    assert area_of(ring) == pytest.approx(2 * np.pi * 0.4 * (0.1 + 0.05), rel=0.1)  # edges are soft
    for drawn, reach in ((disc, 0.4), (ring, 0.45)):
        wanted = (0.5 - reach, 1.5 - reach, 0.5 + reach, 1.5 + reach)
        assert find_extent(drawn.sprite()) == pytest.approx(wanted, abs=0.035)
    assert ring.rgba[int(ring.anchor[1]) - 75, int(ring.anchor[0]) + 25, 3] == 0


def test_a_limb_is_as_thick_as_its_radii_and_round_at_its_ends():
    drawn = canvas()
    drawn.limb((0.5, 0.5), (0.5, 2.0), 0.4, 0.2, RED)
    assert find_extent(drawn.sprite()) == pytest.approx((0.1, 0.1, 0.9, 2.2), abs=0.03)
    assert area_of(drawn) == pytest.approx(0.6 * 1.5 + np.pi * (0.16 + 0.04) / 2, rel=0.04)
    row = drawn.rgba[int(drawn.anchor[1] - 1.25 * 50), :, 3]
    assert row.sum() / 50 == pytest.approx(0.6, abs=0.02)  # half way it is as thick as the mean
    point = canvas()
    point.limb((0.5, 1), (0.5, 1), 0.2, 0.2, RED)
    assert area_of(point) == pytest.approx(np.pi * 0.04, rel=0.03)


@pytest.mark.parametrize("gloss", [0.55, 0.2])
def test_a_limb_is_bright_where_it_faces_the_light_and_dark_on_the_other_side(gloss):
    drawn = Canvas(2, 2, 4, 100)
    drawn.limb((0, 2), (0, 2), 1.0, 1.0, (0.6, 0.6, 0.6), gloss)

    def level(x: float, y: float) -> float:
        return drawn.rgba[int(drawn.anchor[1] - (2 + y) * 100), int(drawn.anchor[0] + x * 100), 0] / 0.6

    flat = 1.02 - gloss
    assert level(0, 0) == pytest.approx(flat + gloss * LIGHT[2], abs=0.02)
    for x, y in ((0.5, 0.5), (-0.5, 0.5), (0.6, 0), (0, 0.7), (-0.3, 0.2)):
        facing = LIGHT @ (x, y, np.sqrt(1 - x * x - y * y))
        assert level(x, y) == pytest.approx(flat + gloss * facing, abs=0.025)
    assert level(0.65, -0.65) == pytest.approx(flat - 0.35 * gloss, abs=0.02)
    assert pytest.approx(1, abs=0.01) == LIGHT @ LIGHT and LIGHT[0] < 0 < LIGHT[1]


def test_what_is_outside_the_canvas_is_not_drawn_and_what_is_half_outside_is_cut():
    drawn = canvas()
    for paint in (
        lambda at: drawn.disc(at, 0.2, RED), lambda at: drawn.limb(at, at, 0.2, 0.2, RED),
        lambda at: drawn.stroke([at, (at[0] + 0.1, at[1])], 0.1, RED),
    ):  # fmt: skip
        paint((9.0, 1.0))
        paint((0.0, 9.0))
        paint((-9.0, 1.0))
        paint((0.0, -9.0))
        assert drawn.rgba.max() == 0
    drawn.disc((2.06, 1), 0.4, RED)
    assert area_of(drawn) == pytest.approx(np.pi * 0.08, rel=0.1)


def test_what_is_drawn_later_lies_above():
    drawn = canvas()
    drawn.disc((0.5, 1), 0.4, RED)
    drawn.disc((0.5, 1), 0.2, (0, 0, 1), 0.75)
    middle = drawn.rgba[int(drawn.anchor[1] - 50), int(drawn.anchor[0] + 25)]
    assert middle == pytest.approx([0.25, 0, 0.75, 1], abs=0.01)
    sprite = drawn.sprite()
    assert sprite.rgba.dtype == np.uint8 and sprite.rgba.max() == 255 and sprite.scale == 50
    assert sprite.rgba[int(drawn.anchor[1] - 50), int(drawn.anchor[0] + 25)].tolist() == [64, 0, 191, 255]


def test_half_a_cut_out_stands_at_the_same_place():
    sprite = Sprite(np.full((41, 30, 4), 255, np.uint8), (10.0, 41.0), 20.0)
    half = sprite.halved()
    assert half.rgba.shape == (20, 15, 4) and half.anchor == pytest.approx((5, 20))
    assert half.scale == pytest.approx(20 * 20 / 41)
    assert Sprite(np.zeros((1, 1, 4), np.uint8), (0, 0), 1.0).halved().rgba.shape == (1, 1, 4)


@pytest.mark.parametrize("zoom", [1, 2, 3])
def test_a_cut_out_stands_where_it_is_laid_as_large_as_the_scale_says(zoom):
    picture = np.zeros((80, 100, 3), np.uint8)
    cover = lay(picture, square_sprite(), 50, 60, 10.0 * zoom)
    solid = picture[..., 0] > 100
    rows, columns = np.flatnonzero(solid.any(1)), np.flatnonzero(solid.any(0))
    assert (columns[0], columns[-1] + 1) == (50 - 5 * zoom, 50 + 5 * zoom)
    assert (rows[0], rows[-1] + 1) == (60 - 10 * zoom, 60)
    assert picture[60 - 5 * zoom, 50].tolist() == [200] * 3
    assert cover.whole == pytest.approx(100 * zoom**2, rel=0.02) == cover.alpha.sum()
    height, width = cover.alpha.shape
    there = np.zeros((80, 100), bool)
    there[cover.y : cover.y + height, cover.x : cover.x + width] = cover.alpha >= 0.5
    assert np.array_equal(there, solid) and cover.alpha.max() == 1


def test_a_half_covering_cut_out_lets_half_of_the_picture_through():
    picture = np.full((40, 40, 3), 100, np.uint8)
    sprite = square_sprite()
    sprite.rgba[2:-2, 2:-2] = (60, 60, 60, 128)
    cover = lay(picture, sprite, 20, 30, 10.0)
    assert picture[25, 20] == pytest.approx(60 + 100 * 127 / 255, abs=1) and picture[5, 5].tolist() == [100] * 3
    assert cover.alpha.max() == pytest.approx(128 / 255) and cover.whole == pytest.approx(100 * 128 / 255)


@pytest.mark.parametrize(
    ("x", "y", "share"),
    [
        *((20, 30, 1), (0, 30, 0.5), (40, 30, 0.5), (20, 5, 0.5), (20, 45, 0.5)),
        *((5, 30, 1), (35, 30, 1), (20, 40, 1), (20, 10, 1)),
    ],
)
def test_the_share_inside_the_picture_is_counted(x, y, share):
    picture = np.zeros((40, 40, 3), np.uint8)
    cover = lay(picture, square_sprite(), x, y, 10.0)
    assert cover.whole == pytest.approx(100) and cover.alpha.sum() == pytest.approx(100 * share)
    assert (picture > 0).all(2).sum() == 100 * share and cover.x >= 0 and cover.y >= 0


@pytest.mark.parametrize(("x", "y"), [(-20, 20), (60, 20), (20, -20), (20, 70)])
def test_what_falls_outside_is_not_laid(x, y):
    picture = np.full((40, 40, 3), 9, np.uint8)
    assert lay(picture, square_sprite(), x, y, 10.0) is None
    cast_shadow(picture, square_sprite(), x, y, 10.0, (0.0, 0.1), 0.5)
    assert (picture == 9).all()


def test_a_cut_out_at_the_edge_by_a_pixel_is_still_there():
    for x, y in ((-4, 20), (44, 20), (20, 1), (20, 49)):
        picture = np.zeros((40, 40, 3), np.uint8)
        assert lay(picture, square_sprite(), x, y, 10.0).alpha.sum() == pytest.approx(10)
        assert picture.any(2).sum() == 10


def test_a_turned_cut_out_is_measured_as_large_as_it_becomes():
    picture = np.zeros((60, 60, 3), np.uint8)
    matrix = np.array([[0, -2.0, 50], [1.5, 0, 20]])
    cover = lay_by(picture, square_sprite().rgba, matrix)
    assert cover.whole == pytest.approx(300, rel=0.02)
    assert lay_by(np.zeros((60, 30, 3), np.uint8), square_sprite().rgba, matrix).whole == pytest.approx(300)


def test_a_shadow_falls_where_the_light_throws_it_and_is_as_dark_as_asked():
    """A square one metre high of 20 pixels: its top throws two metres right and half a metre down."""
    picture = np.full((80, 120, 3), 200, np.uint8)
    cast_shadow(picture, square_sprite(20, scale=20.0), 30, 40, 20.0, (2.0, 0.5), 0.4)
    dark = picture[..., 0] < 160
    assert picture.min() == pytest.approx(120, abs=2) and (picture[:34] == 200).all()
    places = np.argwhere(dark)
    assert places.mean(0) == pytest.approx([40 + 5, 30 + 20], abs=1.5)
    for down in (3, 7):  # metres up, times lean
        row = np.flatnonzero(dark[40 + down])
        assert row.mean() == pytest.approx(30 + 4 * down, abs=1.5) and len(row) == pytest.approx(20, abs=5)
    assert np.ptp(places[:, 0]) == pytest.approx(10, abs=3)


def test_a_shadow_grows_with_the_scale():
    areas = []
    for scale in (10.0, 20.0):
        picture = np.full((120, 160, 3), 200, np.uint8)
        cast_shadow(picture, square_sprite(20, scale=20.0), 40, 40, scale, (1.0, 0.5), 0.5)
        areas.append((255 - picture[..., 0].astype(float) - 55).sum() / 100)
    assert areas[1] == pytest.approx(4 * areas[0], rel=0.1) and areas[1] == pytest.approx(20 * 10, rel=0.25)
