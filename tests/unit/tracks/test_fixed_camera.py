"""A fixed camera over pale ground: nothing that happens before it is a cut."""

from fractions import Fraction

import pytest
from fixed_camera import RATE, watch_place

from framewright.tracks.segments.transitions import TransitionDetector


@pytest.mark.slow
@pytest.mark.parametrize("contrast", [3.0, 7.0, 15.0])
def test_ten_minutes_of_exposure_steps_passers_and_noise_have_no_cut(contrast):
    """20 places, 10 s each, for each of three contrasts: before, 55 cuts and dissolves were found in them."""
    for seed in range(20):
        detector = TransitionDetector()
        for number, small in enumerate(watch_place(seed, 10, contrast)):
            detector.add_small(Fraction(number, RATE), small)
        assert detector.finish() == [], f"place {seed}"


def test_a_cut_and_a_dissolve_between_two_such_places_are_found_all_the_same():
    first, second = (list(watch_place(seed, 4, 12.0))[:40] for seed in (1, 2))
    mixed = [
        (a * (1 - s) + b * s).astype("uint8")
        for a, b, s in zip(first[20:32], second[:12], [k / 12 for k in range(12)], strict=True)
    ]
    for frames, kind in (([*first, *second], "cut"), ([*first[:20], *mixed, *second[12:], *second[12:]], "dissolve")):
        detector = TransitionDetector()
        for number, small in enumerate(frames):
            detector.add_small(Fraction(number, RATE), small)
        assert [cut.kind for cut in detector.finish()] == [kind]
