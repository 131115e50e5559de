"""Sheets and marked frames, measured: cells, gaps, labels, boxes, colours."""

import colorsys
from fractions import Fraction

import numpy as np
import pytest

from framewright.report.picture import (
    INK,
    PAPER,
    WIDEST,
    arrange_sheet,
    colour_of,
    contact_sheet,
    draw_notice,
    draw_sheet,
    with_boxes,
)
from framewright.truth import Boxes, Object, Transition, Truth


def plain(grey: int, width: int = 160, height: int = 90) -> np.ndarray:
    return np.full((height, width, 3), grey, np.uint8)


def spans(there: np.ndarray) -> list[tuple[int, int]]:
    """First and last of each run of True."""
    edges = np.diff(np.concatenate([[0], there.astype(int), [0]]))
    return [*zip(np.flatnonzero(edges == 1).tolist(), (np.flatnonzero(edges == -1) - 1).tolist(), strict=True)]


def test_cells_are_alike_and_the_gaps_between_and_around_them_too():
    """1200 wide: gaps of 10, and four cells of 287 in 1150."""
    sheet = contact_sheet([plain(0)] * 5, [""] * 5, columns=4, width=1200)
    black = (sheet == 0).all(2)
    assert spans(black.any(0)) == [(10 + 297 * k, 10 + 297 * k + 286) for k in range(4)]
    high, text = round(90 * 287 / 160), 1200 // 52
    assert spans(black.any(1)) == [(10, 10 + high - 1), (20 + high + text, 19 + 2 * high + text)]
    assert sheet.shape == (2 * (high + text) + 30, 1200, 3)


@pytest.mark.parametrize(
    ("width", "columns", "gap", "text"),
    [(120, 1, 4, 16), (600, 1, 5, 16), (1920, 1, 16, 36), (1920, 16, 16, 16), (1920, 12, 16, 20)],
)
def test_labels_and_gaps_grow_with_the_sheet(width, columns, gap, text):
    """The height of a label is that of the sheet by 52 or that of a narrow cell by 7, and 16 at least."""
    sheet = contact_sheet([plain(0)], [""], columns, width)
    ((left, right),) = spans((sheet == 0).all(2).any(0))
    cell = (width - gap * (columns + 1)) // columns
    assert (left, right - left + 1) == (gap, cell)
    assert len(sheet) == round(90 * cell / 160) + text + 2 * gap


def test_a_row_is_as_high_as_its_highest_frame_and_others_begin_at_its_top():
    sheet = contact_sheet([plain(0, 100, 100), plain(0, 100, 50), plain(0, 100, 10)], [""] * 3, 2, 252)
    left, right = (spans((sheet[:, x] == 0).all(1)) for x in (60, 190))
    assert left == [(4, 123), (4 + 120 + 16 + 4, 4 + 120 + 16 + 4 + 11)] and right == [(4, 63)]
    assert len(sheet) == 4 + 136 + 4 + 28 + 4


def test_a_label_stands_below_its_frame_at_its_left_edge():
    sheet = contact_sheet([plain(255)], ["HHHH"], 1, 640)
    ink = np.abs(sheet.astype(int) - INK).sum(2) < 60
    rows, columns = spans(ink.any(1)), np.flatnonzero(ink.any(0))
    foot = 5 + round(90 * 630 / 160) + 16 - 5
    assert len(rows) == 1 and rows[0][1] == pytest.approx(foot, abs=1)
    assert rows[0][1] - rows[0][0] + 1 == pytest.approx(22 * 16 / 44, abs=1.5)  # letters of 22 pixels at full size
    assert columns[0] == pytest.approx(5 + 2, abs=2) and columns[-1] < 5 + 60


def test_a_short_label_is_not_enlarged_and_a_long_one_fills_its_cell():
    narrow = contact_sheet([plain(255)], ["W" * 60], 1, 320)
    dark = np.flatnonzero((narrow[170:].min(2) < 150).any(0))
    assert 300 < dark[-1] < 320 - 4


def test_a_sheet_fits_a_screen_with_as_many_columns_as_that_takes():
    for count, columns in ((1, 1), (2, 2), (5, 3), (7, 4)):
        sheet = arrange_sheet([plain(0, 192, 108)] * count, [""] * count)
        assert len(spans((sheet == 0).all(2).any(0))) == columns
        assert len(sheet) * 16 <= sheet.shape[1] * 9 and sheet.shape[1] >= WIDEST


def test_a_sheet_too_high_for_a_screen_gets_paper_at_its_right():
    sheet = arrange_sheet([plain(0, 50, 200)], [""], width=160)
    assert sheet.shape[1] == -(-len(sheet) * 16 // 9) and (sheet[:, 160:] == PAPER).all()
    flat = arrange_sheet([plain(0, 800, 50)], [""], width=320)
    assert flat.shape[1] == 320


def test_groups_stay_together_also_where_the_last_one_is_not_whole():
    sheet = arrange_sheet([plain(0)] * 7, [""] * 7, together=3, width=960)
    rows = spans((sheet == 0).all(2).any(1))
    counts = [len(spans((sheet[first] == 0).all(1))) for first, _ in rows]
    assert sum(counts) == 7 and all(count % 3 == 0 for count in counts[:-1])


def test_a_box_is_as_thick_as_the_picture_is_high():
    for height, thick in ((90, 1), (299, 1), (301, 3), (600, 5)):  # lines have odd widths
        drawn = with_boxes(plain(0, 600, height), np.array([[10.0, 20.0, 80.0, 60.0]]), [0], [""])
        row = drawn[40].any(1)
        first, second = spans(row)
        assert first[1] - first[0] + 1 == thick
        assert sum(first) / 2 == pytest.approx(10, abs=0.5) and sum(second) / 2 == pytest.approx(79, abs=0.5)
        up, down = spans(drawn[:, 45].any(1))
        assert sum(up) / 2 == pytest.approx(20, abs=0.5) and sum(down) / 2 == pytest.approx(59, abs=0.5)


@pytest.mark.parametrize(("side", "tagged"), [(9, False), (10, True)])
def test_a_small_box_has_no_label(side, tagged):
    """A fourteenth of the picture's height is the least."""
    boxes = np.array([[60.0, 60.0, 60.0 + side, 120.0], [20.0, 20.0, 50.0, 20.0 + side]])
    drawn = with_boxes(plain(0, 200, 140), boxes, [1, 2], ["a", "b"])
    assert bool(drawn[40:59, 60:].any()) == tagged and bool(drawn[:20, 20:].any() or drawn[20, 51:].any()) == tagged


def test_a_label_stands_in_a_filled_box_on_the_corner_and_inside_the_picture():
    def tag_of(corner, size=(400, 380)):
        box = np.array([[*corner, corner[0] + 90.0, corner[1] + 90.0]])
        with_tag, without = (with_boxes(plain(0, *size), box, [4], [text]) for text in ("car 7", ""))
        changed = (with_tag != without).any(2)
        rows, columns = np.flatnonzero(changed.any(1)), np.flatnonzero(changed.any(0))
        return rows[0], rows[-1], columns[0], columns[-1]

    top, bottom, left, right = tag_of((100.0, 100.0))
    assert left in (100, 101) and bottom in (99, 100) and 10 < bottom - top < 20 and 30 < right - left < 60
    high, wide = bottom - top, right - left
    top, bottom, _, _ = tag_of((100.0, 3.0))
    assert top == pytest.approx(0, abs=2) and bottom - top == pytest.approx(high, abs=3)
    _, _, left, right = tag_of((380.0, 100.0))
    assert right == 399 and right - left == pytest.approx(wide, abs=2)
    assert tag_of((-30.0, 100.0))[2] <= 1


def test_labels_grow_with_the_picture():
    def high(height: int) -> int:
        box = np.array([[100.0, height / 2, 100.0 + height / 3, height - 9.0]])
        drawn = with_boxes(plain(0, 2 * height, height), box, [4], ["H"])
        return int(drawn[: height // 2 - 4].any(2).any(1).sum())

    assert high(760) == pytest.approx(2 * high(380), abs=4)
    assert high(200) == pytest.approx(high(250), abs=1) and high(200) > 6  # still legible


@pytest.mark.parametrize("identity", range(12))
def test_a_label_is_dark_on_light_colours_and_light_on_dark_ones(identity):
    drawn = with_boxes(plain(0, 800, 760), np.array([[300.0, 300.0, 500.0, 500.0]]), [identity], ["HHH"])
    colour = colour_of(identity)
    filled = drawn[:300, 300:].reshape(-1, 3).astype(int)
    filled = filled[filled.any(1)]
    far = filled[np.abs(filled - colour).sum(1).argmax()]
    light = np.dot(colour, (0.3, 0.59, 0.11)) > 110
    assert np.abs(far - (INK if light else PAPER)).sum() < 120


def test_colours_of_identities_go_around_the_circle_by_the_golden_ratio_and_repeat_in_lightness():
    hues, lights, vivid = np.array(
        [colorsys.rgb_to_hls(*(part / 255 for part in colour_of(identity))) for identity in range(30)]
    ).T
    steps = np.diff(hues) % 1
    assert steps == pytest.approx((5**0.5 - 1) / 2, abs=0.01) and hues[0] == pytest.approx(0.02, abs=0.005)
    assert lights == pytest.approx([0.6, 0.7, 0.52] * 10, abs=0.005) and vivid == pytest.approx(0.85, abs=0.02)


def test_an_overview_shows_frames_at_even_distances_from_the_middle_of_the_first_part():
    def shown(frames: int, count: int) -> list[int]:
        seen = []
        draw_sheet((seen.append(k) or plain(k) for k in range(frames)), Truth((160, 90), Fraction(25), frames), count)
        return seen

    assert shown(100, 4)[-1] == 87 and shown(3, 12)[-1] == 0 and shown(24, 12)[-1] == 23
    sheet = draw_sheet((plain(k) for k in range(100)), Truth((160, 90), Fraction(25), 100), 4)
    assert {12, 37, 62, 87} <= set(np.unique(sheet[::3, ::3, 0]))


def test_an_overview_of_shots_has_the_middle_of_each_shot_and_of_each_transition():
    cuts = (Transition("fade", 20, 30, True), Transition("flash", 52, 53, False), Transition("cut", 80, 80, True))
    truth = Truth((160, 90), Fraction(25), 100, transitions=cuts)
    sheet = draw_sheet((plain(k + 100) for k in range(100)), truth)[::3, ::3, 0]
    greys = [value for value in range(100, 200) if (sheet == value).sum() > 1000]
    assert [grey - 100 for grey in greys] == [10, 25, 52, 55, 80, 90]


@pytest.mark.slow
def test_what_is_less_than_a_tenth_visible_is_not_marked():
    for visible, marked in ((0.1, True), (0.09, False)):
        thing = Object([0], [[20, 20, 60, 60]], [visible], id=1, name="car")
        face = Boxes([0], [[90, 20, 130, 60]], [visible])
        truth = Truth((160, 90), Fraction(25), 1, objects=(thing,), faces=(face,))
        sheet = draw_sheet([plain(0)], truth, count=1).astype(int)
        colourful = (np.ptp(sheet, axis=2) > 60).any(0)
        assert colourful[: len(colourful) // 2].any() == colourful[len(colourful) // 2 :].any() == marked


def test_a_notice_is_one_line_of_words_on_paper():
    notice = draw_notice("Nothing to show", 600)
    assert notice.shape == (100, 600, 3) and (notice[0] == PAPER).all() and draw_notice("x").shape == (100, 1280, 3)
    dark = (notice < 100).all(2)
    rows, columns = np.flatnonzero(dark.any(1)), np.flatnonzero(dark.any(0))
    assert columns[0] == pytest.approx(25, abs=2) and 150 < columns[-1] < 260
    assert rows[0] > 38 and rows[-1] == pytest.approx(60, abs=4)
