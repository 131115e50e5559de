"""Cuts, dissolves and fades are found, flashes and pans are not, and how that is scored against a truth."""

from fractions import Fraction

import cv2
import numpy as np
import pytest
from make_shots import LOOKS, make_shots

from framewright.tracks.segments.find import scan_video
from framewright.tracks.segments.score import match_cuts, score_cuts
from framewright.tracks.segments.transitions import TransitionDetector
from framewright.truth import Transition

RATE = 25


def textured(seed: int) -> np.ndarray:
    """A small picture, (36, 64, 3) uint8."""
    rng = np.random.default_rng(seed)
    grid = rng.integers(20, 235, (6, 9, 3), np.uint8)
    return cv2.resize(grid, (64, 36), interpolation=cv2.INTER_CUBIC)


def found(pictures: list[np.ndarray], rate: int = RATE) -> list[tuple[str, int, int]]:
    """The cuts in pictures as (kind, first, last frame)."""
    own = TransitionDetector()
    for number, picture in enumerate(pictures):
        own.add_small(Fraction(number, rate), picture)
    return [(cut.kind, int(cut.start * rate), int(cut.end * rate)) for cut in own.finish()]


def blend(one: np.ndarray, other: np.ndarray, share: float) -> np.ndarray:
    return np.round(one * (1 - share) + other * share).astype(np.uint8)


ONE, OTHER, THIRD = textured(1), textured(2), textured(3)
BLACK = np.full_like(ONE, 16)


def test_a_cut_is_where_the_new_shot_begins():
    assert found([ONE] * 40 + [OTHER] * 40) == [("cut", 40, 40)]


def test_two_cuts_within_half_a_second_are_two():
    assert found([ONE] * 40 + [OTHER] * 5 + [THIRD] * 40) == [("cut", 40, 40), ("cut", 45, 45)]


def test_a_cut_close_to_an_end_of_the_film_is_found():
    assert found([ONE] * 2 + [OTHER] * 60) == [("cut", 2, 2)]
    assert found([ONE] * 60 + [OTHER] * 2) == [("cut", 60, 60)]


@pytest.mark.parametrize("frames", [8, 14, 22, 30], ids=lambda frames: f"{frames} frames")
def test_a_dissolve_is_found_with_its_extent(frames):
    way = [blend(ONE, OTHER, (k + 1) / (frames + 1)) for k in range(frames)]
    ((kind, first, last),) = found([ONE] * 50 + way + [OTHER] * 50)
    assert kind == "dissolve" and abs(first - 50) <= 2 and abs(last - 50 - frames) <= 2


def test_a_dissolve_is_the_same_at_twice_the_rate():
    way = [blend(ONE, OTHER, (k + 1) / 41) for k in range(40)]
    ((kind, first, last),) = found([ONE] * 100 + way + [OTHER] * 100, rate=50)
    assert kind == "dissolve" and abs(first - 100) <= 4 and abs(last - 140) <= 4


def test_a_fade_through_black_is_one_cut():
    down = [blend(ONE, BLACK, (k + 1) / 8) for k in range(8)]
    up = [blend(BLACK, OTHER, (k + 1) / 8) for k in range(8)]
    ((kind, first, last),) = found([ONE] * 50 + down + up + [OTHER] * 50)
    assert kind == "fade" and 48 <= first <= 54 and 62 <= last <= 68


@pytest.mark.parametrize("frames", [1, 2, 3], ids=lambda frames: f"{frames} frames")
def test_a_flash_is_no_cut(frames):
    assert found([ONE] * 40 + [blend(ONE, np.full_like(ONE, 235), 0.9)] * frames + [ONE] * 40) == []


def test_a_strobe_is_no_cut():
    bright = blend(ONE, np.full_like(ONE, 235), 0.8)
    assert found([ONE] * 40 + ([bright] * 2 + [ONE] * 2) * 8 + [ONE] * 40) == []


def test_a_pan_is_no_cut():
    wide = cv2.resize(np.random.default_rng(5).integers(20, 235, (6, 60, 3), np.uint8), (640, 36), interpolation=2)
    pictures = [wide[:, min(max(0, k - 30), 40) * 5 :][:, :64] for k in range(100)]
    assert found([np.ascontiguousarray(picture) for picture in pictures]) == []


def test_dark_and_pale_scenes_are_cut_as_bright_ones_are():
    for gain, lift in ((0.1, 18), (0.12, 110)):
        dim = [np.round(picture * gain + lift).astype(np.uint8) for picture in (ONE, OTHER)]
        assert found([dim[0]] * 40 + [dim[1]] * 40) == [("cut", 40, 40)]


@pytest.mark.slow
def test_films_of_all_kinds_are_cut_better_than_nine_times_in_ten(tmp_path):
    for name in ("dark", "grainy", "held pictures"):
        known = make_shots(tmp_path / "film.mp4", 31, LOOKS[name], 8)
        cuts = scan_video(tmp_path / "film.mp4", (0.0, 1e6), TransitionDetector()).cuts
        score = score_cuts([float(cut.start + cut.end) / 2 * RATE for cut in cuts], known)["all"]
        assert score.hits + score.missed == 7 and score.f1 > 0.9, name


# ---- scores against a truth -----------------------------------------------------------------------------------------


def test_a_cut_hits_one_transition_and_a_transition_takes_one_cut():
    true = [Transition("cut", 50, 50, True), Transition("dissolve", 52, 70, True), Transition("flash", 90, 92, False)]
    assert match_cuts([51, 52], true) == {0: 0, 1: 1}
    score = score_cuts([51, 60, 61, 91, 200], true)
    assert vars(score["all"]) == {"hits": 2, "missed": 0, "false": 3}
    assert (score["dissolve"].false, score["flash"].false, score["none"].false) == (1, 1, 1)


@pytest.mark.parametrize(("frame", "hits"), [(47, 0), (48, 1), (62, 1), (63, 0)])
def test_two_frames_beside_a_transition_are_near_enough(frame, hits):
    assert len(match_cuts([frame], [Transition("dissolve", 50, 60, True)])) == hits
