"""Segments, their scores and limits, and the pieces of finding cuts: exact figures of small examples."""

from fractions import Fraction
from types import SimpleNamespace

import numpy as np
import pytest

from framewright.tracks.segments import quality, transitions
from framewright.tracks.segments.filters import IMAGENET, _mean, combine_models, prepare_pictures
from framewright.tracks.segments.options import Lengths, Limits
from framewright.tracks.segments.score import match_cuts, score_cuts
from framewright.tracks.segments.segments import Cut, Segment, fit_lengths, frame_time_finder, split_at_cuts
from framewright.tracks.segments.transitions import TransitionDetector

# ---- segments


def test_segments_lie_between_cuts_and_never_beyond_the_film():
    cuts = [
        Cut("fade", Fraction(8), Fraction(9)),
        Cut("cut", Fraction(3), Fraction(3)),
        Cut("cut", Fraction(0), Fraction(0)),
    ]
    found = [(part.start, part.end) for part in split_at_cuts(cuts, Fraction(0), Fraction(10))]
    assert found == [(0, 3), (3, 8), (9, 10)]
    late = [
        (part.start, part.end)
        for part in split_at_cuts([Cut("fade", Fraction(9), Fraction(11))], Fraction(0), Fraction(10))
    ]
    assert late == [(0, 9)] and list(split_at_cuts([], Fraction(4), Fraction(4))) == []
    over = [Cut("fade", Fraction(2), Fraction(6)), Cut("cut", Fraction(4), Fraction(4))]
    assert [(part.start, part.end) for part in split_at_cuts(over, Fraction(0), Fraction(8))] == [(0, 2), (6, 8)]


@pytest.mark.parametrize(
    ("end", "split", "pieces"),
    [
        (1, True, [(0, 1, "length")]),
        (2, True, [(0, 2, "")]),
        (5, True, [(0, 5, "")]),
        (6, True, [(0, 3, ""), (3, 6, "")]),
        (12, True, [(0, 4, ""), (4, 8, ""), (8, 12, "")]),
        (6, False, [(0, 5, ""), (5, 6, "truncated")]),
    ],
)
def test_a_segment_is_cut_into_as_few_equal_pieces_as_fit(end, split, pieces):
    lengths = Lengths(2.0, 5.0, split)
    found = fit_lengths(Segment(Fraction(0), Fraction(end)), lengths, lambda time: time)
    assert [(part.start, part.end, part.reason) for part in found] == pieces


def test_the_frame_nearest_to_a_time_is_found():
    nearest = frame_time_finder(np.array([0, 10, 25]), Fraction(1, 10))
    assert [nearest(Fraction(time, 100)) for time in (-50, 49, 51, 174, 176, 900)] == [
        0,
        0,
        1,
        1,
        Fraction(5, 2),
        Fraction(5, 2),
    ]


def change(kind, start, end, is_cut=True):
    return SimpleNamespace(kind=kind, start=start, end=end, is_cut=is_cut)


@pytest.mark.parametrize(("frame", "hit"), [(8, True), (7.9, False), (22, True), (22.1, False)])
def test_a_cut_hits_a_transition_within_two_frames(frame, hit):
    assert bool(match_cuts([frame], [change("fade", 10, 20)])) is hit


def test_cuts_and_transitions_are_matched_one_to_one_as_many_as_can_be():
    both = [change("fade", 0, 30), change("cut", 20, 20)]
    assert match_cuts([20, 5], both) == {0: 1, 1: 0} and match_cuts([19, 21], both) == {0: 1, 1: 0}
    assert match_cuts([5], [change("flash", 5, 5, False)]) == {}
    scores = score_cuts([20, 50, 90], [*both, change("flash", 50, 51, False)])
    assert (scores["all"].hits, scores["all"].missed, scores["all"].false) == (1, 1, 2)
    assert scores["cut"].hits == scores["fade"].missed == 1
    assert (scores["all"].precision, scores["all"].recall) == (pytest.approx(1 / 3), 0.5)
    assert scores["all"].f1 == pytest.approx(0.4) and scores["flash"].false == scores["none"].false == 1
    empty = score_cuts([], [])["all"]
    assert (empty.precision, empty.recall, empty.f1) == (1, 1, 1)
    assert score_cuts([9], [])["all"].precision == 0 and score_cuts([9], [])["all"].f1 == 0


# ---- looks of frames


def test_shares_of_frames_have_exact_limits():
    assert quality.black_share(np.array([32, 33, 0, 200])) == 0.5
    assert quality.frozen_share(np.array([255, 0, 1, 2])) == pytest.approx(2 / 3)
    assert quality.frozen_share(np.array([255])) == 1 and quality.frozen_share(np.array([], int)) == 1
    sides = np.array([[4, 31, 0, 63], [6, 30, 0, 63]])
    assert quality.picture_share(sides, (36, 64)) == pytest.approx(28 / 36)
    assert quality.picture_share(np.array([[0, 35, 10, 40]]), (36, 64)) == pytest.approx(44 / 64)
    assert quality.picture_share(np.array([[20, 15, 0, 63]]), (36, 64)) == 0


def test_the_lit_area_is_what_is_brighter_than_black():
    luma = np.full((36, 64), 32, np.uint8)
    assert quality.find_lit_area(luma) == (255, 0, 255, 0)
    luma[5:10, 7:9] = 33
    assert quality.find_lit_area(luma) == (5, 9, 7, 8)


def test_brightness_is_what_a_twentieth_is_beyond_and_change_the_largest():
    stats, small = quality.FrameStats(), np.zeros((36, 64, 3), np.uint8)
    small[..., 0].flat[:115] = 200
    stats.add(small, 30.0)
    other = small.copy()
    other[..., 0].flat[114], other[..., 0].flat[2000] = 90, 7
    stats.add(other)
    assert list(stats.bright) == [200, 90] and list(stats.change) == [255, 110]
    found = stats.scores(0, 2, (36, 64))
    assert found["black"] == 0 and found["frozen"] == 0 and found["sharpness"] == 30
    assert stats.scores(1, 2, (36, 64))["sharpness"] is None


@pytest.mark.parametrize(("width", "height", "size"), [(640, 360, (64, 36)), (360, 640, (36, 64)), (9, 9, (64, 36))])
def test_a_small_picture_is_as_upright_as_its_frame(width, height, size):
    assert quality.small_size(width, height) == size


def test_blur_takes_more_from_what_is_sharp():
    rng = np.random.default_rng(0)
    noise = rng.integers(0, 255, (90, 160), np.uint8)
    steps = np.tile(np.repeat([0, 255], 40).astype(np.uint8), (90, 2))
    ramp = np.tile(np.arange(160, dtype=np.uint8), (90, 1))
    assert quality.measure_sharpness(noise) == pytest.approx(100 * 8 / 9, abs=4)
    assert quality.measure_sharpness(steps) == pytest.approx(100 * 8 / 9, abs=4)
    assert quality.measure_sharpness(ramp) < 5 and quality.measure_sharpness(np.full((90, 160), 9, np.uint8)) == 0
    assert quality.measure_sharpness(steps.T.copy()) == pytest.approx(quality.measure_sharpness(steps), abs=1e-3)


@pytest.mark.parametrize(
    ("name", "limit", "good", "bad", "reason", "said"),
    [
        ("black", {"max_black": 0.5}, 0.5, 0.51, "black", "51.0 % of its frames are black"),
        ("picture", {"min_picture": 0.5}, 0.5, 0.49, "letterbox", "49.0 % of the frame"),
        ("frozen", {"max_frozen": 0.5}, 0.5, 0.51, "frozen", "51.0 % of its frames"),
        ("sharpness", {"min_sharpness": 20.0}, 20, 19.5, "blurred", "19.5 % of its steps"),
    ],
)
def test_a_segment_is_dropped_beyond_its_limits(name, limit, good, bad, reason, said):
    limits = Limits(**{"max_black": 1.0, "min_picture": 0.0, "max_frozen": 1.0, "min_sharpness": 0.0} | limit)
    segment = Segment(Fraction(0), Fraction(1), scores={name: good})
    assert quality.apply_limits(segment, limits).reason == ""
    dropped = quality.apply_limits(Segment(Fraction(0), Fraction(1), scores={name: bad}), limits)
    assert dropped.reason == reason and dropped.detail.startswith(said)
    assert quality.apply_limits(Segment(Fraction(0), Fraction(1), scores={name: None}), limits).reason == ""


# ---- models


def test_pictures_for_a_model_are_their_middles_made_normal():
    picture = np.zeros((512, 1024, 3), np.uint8)
    picture[:, 400:624] = 255
    [seen] = prepare_pictures([picture], IMAGENET)
    assert seen.shape == (3, 224, 224)
    white, black = (1 - 0.485) / 0.229, -0.485 / 0.229
    assert seen[0, 100, 112] == pytest.approx(white, abs=1e-4) and seen[0, 100, 0] == pytest.approx(black, abs=1e-4)
    assert (seen[0, 100] > 0).sum() == 112 and seen[0, 100, 56] == pytest.approx(white, abs=1e-4)
    assert prepare_pictures([], IMAGENET).shape == (0, 3, 224, 224)
    assert prepare_pictures([np.zeros((10, 3000, 3), np.uint8)], IMAGENET).shape == (1, 3, 224, 224)


def test_a_head_sees_vectors_of_length_1_and_the_first_output_counts():
    judge = combine_models(lambda pictures: np.array([[3.0, 4.0]]), lambda vectors: vectors * 10)
    assert judge(None).tolist() == [[6, 8]] and combine_models(None, lambda pictures: 7)(None) == 7
    assert _mean(lambda inputs: np.array([[1.0, 9], [2, 9]]), np.zeros((2, 1))) == 1.5
    assert _mean(lambda inputs: inputs, np.zeros((0, 1))) is None


# ---- pieces of finding cuts


def shot(seed, frames, shift=0):
    """Small pictures of one place, which moves by so many places a frame."""
    rng = np.random.default_rng(seed)
    wide = np.kron(rng.integers(40, 220, (9, 40, 3)), np.ones((4, 4, 1)))
    return [np.clip(wide[:, 8 + shift * k : 72 + shift * k], 0, 255).astype(np.uint8) for k in range(frames)]


def find(pictures, rate=25):
    detector = TransitionDetector()
    for number, picture in enumerate(pictures):
        detector.add_small(Fraction(number, rate), picture)
    return [(cut.kind, float(cut.start * rate), float(cut.end * rate)) for cut in detector.finish()]


def mix(one, other, frames):
    shares = (np.arange(frames) + 1) / (frames + 1)
    return [np.rint(one * (1 - share) + other * share).astype(np.uint8) for share in shares]


ONE, OTHER = shot(1, 40), shot(2, 40)


def test_a_cut_is_where_another_shot_begins():
    assert find([*ONE, *OTHER]) == [("cut", 40, 40)] and find([*ONE, *OTHER[:8]]) == [("cut", 40, 40)]
    assert find([*ONE[:7], *OTHER[:7], *shot(3, 40)]) == [("cut", 7, 7), ("cut", 14, 14)]
    assert find(ONE) == [] and find([]) == []


def test_flashes_pans_and_exposure_are_no_cuts():
    white = [np.full_like(ONE[0], 235)] * 3
    assert find([*ONE, *white, *ONE]) == [] and find(shot(1, 40, shift=2)) == []
    assert find([*shot(1, 20), *[np.clip(own * 0.75, 0, 255).astype(np.uint8) for own in shot(1, 40)]]) == []
    assert find([*ONE, *[np.full_like(ONE[0], 235)] * 12, *OTHER])


@pytest.mark.parametrize("frames", [8, 14, 24])
def test_a_dissolve_lasts_from_its_first_to_its_last_mixed_picture(frames):
    [(kind, start, end)] = find([*ONE, *mix(ONE[0].astype(float), OTHER[0].astype(float), frames), *OTHER])
    assert kind == "dissolve" and abs(start - 40) <= 2 and abs(end - 40 - frames) <= 2


@pytest.mark.parametrize("frames", [8, 16])
def test_a_fade_goes_through_black(frames):
    black = np.full_like(ONE[0], (16, 128, 128)).astype(float)
    down, up = mix(ONE[0].astype(float), black, frames), mix(black, OTHER[0].astype(float), frames)
    [(kind, start, end)] = find([*ONE, *down, black.astype(np.uint8), *up, *OTHER])
    assert kind == "fade" and abs(start - 40) <= 3 and abs(end - 41 - 2 * frames) <= 3


def test_how_unlike_pictures_are_is_a_share_of_their_contrast():
    def small(picture):
        detector = TransitionDetector()
        detector.add_small(Fraction(0), picture)
        return detector._all[-1]

    one, other = small(ONE[0]), small(OTHER[0])
    assert transitions._unlike(one, one) == 0 and transitions._unlike(one, other) == pytest.approx(1, abs=0.12)
    assert transitions._unlike(one, small(np.full_like(ONE[0], 128))) > 0.9
    assert one.contrast == pytest.approx(ONE[0][..., 0].std(), abs=0.01)
    centred = ONE[0].astype(float) - ONE[0].reshape(-1, 3).mean(axis=0)
    assert one.energy == pytest.approx((centred**2).sum(), rel=1e-4)
    assert transitions._energy(ONE[0]) == pytest.approx(one.energy, rel=1e-6)
    apart = np.abs(ONE[0].astype(int) - OTHER[0]).sum() / (36 * 64)
    assert transitions._apart(ONE[0], OTHER[0]) == pytest.approx(apart)


@pytest.mark.parametrize(("shift", "far", "found"), [(4, 8, True), (8, 8, True), (12, 8, False), (16, 4, True)])
def test_a_shifted_picture_is_found_again_within_its_reach(shift, far, found):
    wide = np.kron(np.random.default_rng(5).integers(40, 220, (9, 40, 3)), np.ones((4, 4, 1))).astype(np.uint8)
    one, other = np.ascontiguousarray(wide[:, 8:72]), np.ascontiguousarray(wide[:, 8 + shift : 72 + shift])
    assert (transitions._unlike_shifted(one, other, far) < 0.05) is found


def test_what_exposure_explains_is_no_change():
    one = shot(1, 1)[0]
    assert transitions._changed_share(one, one) == 0
    assert transitions._changed_share(one, np.rint(one * 0.7 + 40).astype(np.uint8)) < 0.05
    assert transitions._changed_share(one, one // 2 + 60) > 0.5
    part = one.copy()
    part[:9] = 255 - part[:9]
    assert transitions._changed_share(one, part) == pytest.approx(0.25, abs=0.05)
    assert transitions._changed_share(one, OTHER[0]) > 0.8
    dark = np.full_like(one, 20)
    assert transitions._changed_share(dark, np.full_like(one, 10)) == 0


def test_strips_and_borders_are_shares_of_places():
    bounds, widths = transitions._strips(64)
    assert bounds.tolist() == [0, 10, 21, 32, 42, 53] and widths.sum() == 64
    one, other = np.zeros((36, 60, 3), np.uint8), np.zeros((36, 60, 3), np.uint8)
    other[..., 0] = 17
    other[:, :10, 0] = 16
    other[:9, 10:20, 0] = 16
    changed = transitions._Change(one, other)
    assert changed.places == 36 * 50 - 90 and changed._least_strip(0) == 0
    assert changed._least_strip(1) == pytest.approx(40 / 60) and changed.least_strip() == 0
    half = np.zeros((36, 60), bool)
    half[:, 20:40] = True
    assert changed.share(half) == pytest.approx(720 / 1710)
    assert transitions._border(half, np.ones((36, 60), bool)) == pytest.approx(2 * 36 / (36 * 59 + 35 * 60))
    assert transitions._border(half, np.zeros((36, 60), bool)) == 0


def test_between_two_pictures_each_place_is_like_one_of_both():
    one, other = np.zeros((36, 64, 3), np.uint8), np.zeros((36, 64, 3), np.uint8)
    other[..., 0] = 100
    between = one.copy()
    between[:, 32:] = other[:, 32:]
    changed = transitions._Change(one, other)
    new, clear = changed.ask(between)
    assert clear == 1 and (new == (np.arange(64) >= 32)).all()
    between[..., 0] = 41
    assert changed.ask(between)[1] == 0
    between[..., 0] = 39
    assert changed.ask(between)[1] == 1 and not changed.ask(between)[0].any()
    speck = one.copy()
    speck[10, 10, 0] = 100
    assert not changed.ask(speck)[0].any()


@pytest.mark.parametrize(
    ("shares", "extent"), [([0, 0, 0.03, 0.5, 0.97, 1], (3, 4)), ([0, 0.05, 0.5, 0.95, 1], (1, 4))]
)
def test_a_dissolve_begins_and_ends_where_a_twentyfifth_is_mixed(shares, extent):
    pictures = [np.full((36, 64, 3), 200 * share, np.uint8) for share in shares]
    assert transitions._extent(pictures) == extent


def test_of_candidates_that_overlap_the_surer_one_stays():
    def candidate(kind, start, end, rank):
        return transitions._Candidate(Cut(kind, Fraction(start), Fraction(end)), rank, (Fraction(start), Fraction(end)))

    detector = TransitionDetector()
    for found in (
        candidate("dissolve", 0, 4, (0, 9.0)),
        candidate("fade", 3, 6, (1, 2.0)),
        candidate("dissolve", 5, 9, (0, 99.0)),
        candidate("cut", 20, 20, (2, 5.0)),
        candidate("cut", 10, 10, (2, 5.0)),
        candidate("fade", 6, 7, (1, 2.0)),
        candidate("fade", 20, 22, (1, 99.0)),
    ):
        detector._keep(found)
    assert [(own.cut.kind, own.cut.start) for own in detector._found] == [("fade", 3), ("cut", 10), ("cut", 20)]
