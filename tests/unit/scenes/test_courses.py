"""Where things are laid in the pictures of a scene, frame by frame, and the ways that the actors of a street take."""

from fractions import Fraction
from types import SimpleNamespace

import numpy as np
import pytest

from framewright.scenes import backdrop, cuts, faces, film, hdr, motion, space, square, street, toon
from framewright.scenes.paint import Cover


def drawn(seed: int):
    return np.random.default_rng(seed)


def places_of(monkeypatch, module, picture, *at) -> list[tuple]:
    """What the module lays in a picture: (x, y, scale) of each cut-out, in order."""
    laid = []
    monkeypatch.setattr(module, "lay", lambda seen, sprite, *where: laid.append(where))
    picture(*at)
    return laid


# ---- the drawn landscape and the planet -----------------------------------------------------------------------------


def test_clouds_and_balloon_drift_right_and_hills_pass_the_faster_the_nearer(monkeypatch):
    picture = toon.make_toon(drawn(1), (192, 108))
    start, later = (places_of(monkeypatch, toon, picture, seconds) for seconds in (0.0, 2.0))
    assert {scale for _, _, scale in start} == {10} and len(start) == 9
    moved = [(b[0] - a[0], a[1] - b[1]) for a, b in zip(start, later, strict=True)]
    assert [x for x, _ in moved[:4]] == pytest.approx([4.4, 5.8, 7.2, 8.6])
    hills = [moved[k][0] for k in (4, 5, 7, 8)]
    assert hills == pytest.approx([-1.6, -4.8, -8.0, -11.2])
    assert moved[6] == pytest.approx((18, 9 * (motion.ease(2.2 / 3) - motion.ease(0.2 / 3))))
    assert all(y == 0 for k, (_, y) in enumerate(moved) if k != 6)
    assert start[6][:2] == pytest.approx((116, 108 - 43 - 9 * motion.ease(0.2 / 3)))
    assert all(start[k][:2] == (96, 108) for k in (4, 5, 7, 8))
    for k, (x, y, _) in enumerate(start[:4]):
        assert abs(x - 52 * k) <= 12 and 70 <= 108 - y <= 94
    far = places_of(monkeypatch, toon, picture, 9.0)[6]
    assert far[1] == pytest.approx(108 - 43 - 9)


def test_the_sky_of_the_landscape_is_blue_above_and_sand_below(monkeypatch):
    monkeypatch.setattr(toon, "lay", lambda *laid: None)
    sky = toon.make_toon(drawn(1), (64, 41))(0.0)
    assert sky[0, 0].tolist() == [90, 178, 236] and sky[-1, 0].tolist() == [253, 234, 196]
    assert sky[20, 5] == pytest.approx([171.5, 206, 216], abs=1) and (sky == sky[:, :1]).all()


def test_the_planet_drifts_left_and_grows_while_the_stars_pass(monkeypatch):
    picture = space.make_space(drawn(2), (480, 270))
    first, last = picture(0.0).astype(int), picture(2.0).astype(int)
    assert first[20:60, 22:122] == pytest.approx(last[30:70, :100], abs=2)  # 1.1 and .5 of a margin of 20
    (start,), (end,) = (places_of(monkeypatch, space, picture, seconds) for seconds in (0.0, 2.0))
    assert start == pytest.approx((480 * 0.655, 270 * 0.52, 1)) and end == pytest.approx((480 * 0.62, 270 * 0.51, 1.02))


def test_the_sky_of_the_planet_is_dark_with_many_stars(monkeypatch):
    monkeypatch.setattr(space, "lay", lambda *laid: None)
    sky = space.make_space(drawn(2), (480, 270))(0.0)
    bright = (sky.max(2) > 150).mean()
    assert 0.01 < bright < 0.09 and 15 < np.median(sky.max(2)) < 90
    left, right = sky[:, :160].reshape(-1, 3).mean(0), sky[:, 320:].reshape(-1, 3).mean(0)
    assert (left[0] - left[1]) > (right[0] - right[1]) + 5  # from violet to teal


# ---- the film and the one of high dynamic range ---------------------------------------------------------------------


def test_grain_is_fine_light_and_elsewhere_in_each_frame():
    cut = film._grain(drawn(0), (200, 160))
    first, second = cut(0), cut(1)
    assert first.shape == (160, 200, 3) and np.array_equal(first[97:, 61:], second[:-97, :-61])
    assert np.array_equal(first, cut(128)) and not np.array_equal(first, second)
    assert first.std() == pytest.approx(1.33, abs=0.08) and abs(first.mean()) < 0.05
    assert (first[..., 0] == first[..., 2]).all()
    near = np.corrcoef(first[:, 1:, 0].ravel(), first[:, :-1, 0].ravel())[0, 1]
    assert 0.2 < near < 0.7 and abs(np.corrcoef(first[:, 4:, 0].ravel(), first[:, :-4, 0].ravel())[0, 1]) < 0.05


def test_each_shot_of_the_film_begins_anew_and_plays_at_its_rate(monkeypatch):
    asked = []

    def shot(number):
        def make(rng, size):
            return lambda seconds: asked.append((number, seconds)) or np.zeros((size[1], size[0], 3), np.uint8)

        return make

    for number, name in enumerate(("_street", "make_space", "make_toon")):
        monkeypatch.setattr(film, name, shot(number))
    made = film.make_film(drawn(0), (32, 18))
    for frame in (0, 43, 44, 45, 88, 131):
        made.draw(frame)
    assert asked == [(0, 0), (0, 43 / 24), (1, 0), (1, 1 / 24), (2, 0), (2, 43 / 24)]
    assert (made.frames, made.rate) == (132, 24) and made.encoding["gop"] > made.frames
    assert [(cut.start, cut.end, cut.is_cut) for cut in made.transitions] == [(44, 44, True), (88, 88, True)]


def test_the_street_of_the_film_is_slow_and_has_enough_frames(monkeypatch):
    asked = []

    def make(rng, seconds, size, rate, mood, slow):
        asked.append((seconds * rate, slow))
        return SimpleNamespace(draw=lambda frame: asked.append(frame) or SimpleNamespace(picture=0))

    monkeypatch.setattr(film, "make_street", make)
    play = film._street(drawn(0), (32, 18))
    play(0.0), play(43 / 24)
    (frames, slow), first, last = asked
    assert (first, last) == (100, 143) and last < frames and 1.5 <= slow <= 2


def test_the_camera_draws_back_from_the_planet_in_high_dynamic_range(monkeypatch):
    x, y = np.meshgrid(np.arange(108), np.arange(54))
    still = np.stack([x, y, x], 2).astype(np.float32)
    monkeypatch.setattr(hdr, "_graded", lambda picture, white: still)
    monkeypatch.setattr(hdr, "make_space", lambda rng, size: lambda seconds: size)
    picture = hdr._planet(drawn(0), (100, 50))
    for share, zoom, left in ((0.0, 1.06, 108 - 106), (0.5, 1.03, (108 - 103) / 2), (1.0, 1.0, 0)):
        seen = picture(share)
        assert seen.shape == (50, 100, 3)
        wanted = left + 30 * zoom, (54 - 50 * zoom) / 2 + 20 * zoom
        assert seen[20, 30, :2] == pytest.approx(wanted, abs=0.1)


def test_the_two_shots_of_high_dynamic_range_last_one_and_a_half_seconds(monkeypatch):
    asked = []
    for name, key in (("_card", "card"), ("_planet", "planet")):
        monkeypatch.setattr(hdr, name, lambda *given, key=key: lambda share: asked.append((key, share)))
    made = hdr.make_hdr(drawn(0), (32, 18))
    for frame in (0, 35, 36, 71):
        made.draw(frame)
    assert asked == [("card", 0), ("card", 1), ("planet", 0), ("planet", 1)]
    assert (made.frames, made.rate, made.encoding["gop"]) == (72, 24, 24)
    (cut,) = made.transitions
    assert (cut.start, cut.end, cut.is_cut) == (36, 36, True) and "max-cll=1000,200" in str(made.encoding)


# ---- portraits ------------------------------------------------------------------------------------------------------


def portrait(spin: float = 0.0, beat: float = 2.0) -> faces.Portrait:
    blank = np.zeros((40, 30, 4), np.uint8)
    return faces.Portrait(blank, blank, (5, 10, 15, 30), (100.0, 60.0), 0.5, (beat, 0.0), spin)


def test_a_portrait_hangs_upright_at_its_place_and_passes_with_the_camera():
    matrix, squeeze = portrait().matrix(0.0, 0.0)
    assert squeeze == 1 and matrix == pytest.approx(np.array([[1, 0, 85], [0, 1, 40]]))
    assert portrait().matrix(0.0, 20.0)[0][:, 2] == pytest.approx([75, 40])
    assert faces._face(portrait(), matrix) == pytest.approx((90, 50, 100, 70))


def test_a_portrait_swings_about_a_point_far_above_and_bobs():
    matrix, squeeze = portrait().matrix(np.pi / 4, 0.0)  # a quarter of its beat
    swing, yaw = 0.09, 0.16 * np.sin(0.8 * np.pi / 2)
    assert squeeze == pytest.approx(np.cos(yaw))
    assert matrix[:, :2] == pytest.approx(
        np.array([[np.cos(swing) * squeeze, -np.sin(swing)], [np.sin(swing) * squeeze, np.cos(swing)]])
    )
    middle = matrix @ (15, 20, 1)
    assert middle == pytest.approx([100 - 1.3 * 40 * np.sin(swing), 60 + np.sin(0.7 * np.pi / 2)])


def test_who_turns_shows_the_back_after_half_the_time_and_comes_back():
    squeezes = [portrait(1.0, 0.0).matrix(seconds, 0.0)[1] for seconds in (0, 1.625, 3.25, 6.5)]
    assert squeezes == pytest.approx([1, 0, -1, 1], abs=1e-9)


def test_a_portrait_is_as_large_as_its_face_asks_for():
    for number, (name, high, across, down) in enumerate(faces.HUNG):
        made = faces._portrait(drawn(number), number, 1.0)
        x1, y1, x2, y2 = made.face
        (px1, py1, px2, py2), (fx1, fy1, fx2, fy2) = faces.PORTRAITS[name]
        zoom = high / (fy2 - fy1)
        edge = max(2, round(0.05 * round((py2 - py1) * zoom)))
        assert y2 - y1 == pytest.approx(high) and x2 - x1 == pytest.approx(zoom * (fx2 - fx1))
        assert made.place == (across, down) and made.depth == pytest.approx(0.35 + 0.9 * high / 116)
        assert 1.1 <= made.sway[0] <= 1.9 and 0 <= made.sway[1] <= 2 * np.pi and made.spin == (number == 4)
        height, width = made.front.shape[:2]
        assert (height, width) == pytest.approx(
            (zoom * (py2 - py1) + 4 * edge + 2, zoom * (px2 - px1) + 2 * edge + 2), abs=1
        )
        assert made.back.shape == made.front.shape
        left = (fx1 - px1) if number % 2 == 0 else (px2 - fx2)
        assert (x1, y1) == pytest.approx((edge + 1 + zoom * left, edge + 1 + zoom * (fy1 - py1)))
        assert faces._portrait(drawn(number), number, 2.0).place == (2 * across, 2 * down)


def test_a_card_has_a_white_margin_thrice_as_wide_below_and_a_clear_pixel_around():
    card = faces._card(np.zeros((10, 20, 3), np.uint8), 2)
    assert card.shape == (20, 26, 4) and (card[[0, -1]] == 0).all() and (card[:, [0, -1]] == 0).all()
    rows, columns = np.argwhere(card[..., 0] == 247).min(0), np.argwhere(card[..., 0] == 247).max(0)
    assert rows.tolist() == [1, 1] and columns.tolist() == [18, 24] and (card[1:-1, 1:-1, 3] == 255).all()
    assert (card[3:13, 3:23, :3] == 0).all() and card[13, 5, 0] == 247


def test_the_back_of_a_portrait_is_paper_with_four_lines_of_writing():
    back = faces._reverse(np.zeros((200, 200, 3), np.uint8))
    assert back[5, 5].tolist() == [226, 217, 201]
    ink = back[..., 0] < 200
    rows = np.flatnonzero(np.diff(ink.any(1).astype(int)) == 1)
    assert len(rows) == 4 and rows == pytest.approx([60, 86, 112, 138], abs=4)
    ends = [np.flatnonzero(ink[row - 2 : row + 8].any(0))[[0, -1]] for row in rows]
    assert [end[0] for end in ends] == pytest.approx([32] * 4, abs=2)
    assert [end[1] for end in ends] == pytest.approx([164, 152, 160, 90], abs=3)


def test_a_string_leads_from_the_card_out_of_the_picture():
    picture = np.full((100, 200, 3), 255, np.uint8)
    faces._string(picture, np.array([[1.0, 0, 85], [0, 1.0, 40]]), portrait())
    rows, columns = np.nonzero((picture < 200).any(2))
    assert rows.min() == 0 and rows.max() == pytest.approx(41, abs=1) and columns == pytest.approx(100, abs=1)
    leaning = np.full((100, 200, 3), 255, np.uint8)
    faces._string(leaning, np.array([[1.0, -0.2, 85], [0.2, 1.0, 40]]), portrait())
    top, foot = (np.flatnonzero((leaning[row] < 200).any(1)).mean() for row in (0, 38))
    assert top - foot == pytest.approx(0.2 * 38, abs=1)


def test_the_visible_share_of_a_face_is_that_of_its_box():
    full = np.ones((10, 10), np.float32)
    near, far = Cover(5, 0, full, 100.0), Cover(0, 0, full, 100.0)
    hung = [(0, far, (0.0, 0.0, 10.0, 10.0)), (1, near, None), (2, None, (50.0, 5.0, 60.0, 10.0))]
    marks = faces._marks(hung, (20, 10))
    assert [(mark.id, mark.box, mark.visible) for mark in marks] == [(0, (0, 0, 10, 10), 0.5)]
    left, right = (Cover(x, 0, np.ones((8, wide), np.float32), 100.0) for x, wide in ((0, 5), (5, 7)))
    outside = faces._marks([(3, left, (-5.0, -2.0, 5.0, 8.0)), (1, right, (5.0, 0.0, 15.0, 10.0))], (12, 8))
    assert [mark.id for mark in outside] == [1, 3] and outside[0].box == (5, 0, 12, 8)
    assert outside[0].visible == pytest.approx(0.56) and outside[1].box == (0, 0, 5, 8) and outside[1].visible == 0.4
    hidden = faces._marks([(0, far, (0.0, 0.0, 10.0, 10.0)), (1, far, None)], (20, 10))
    assert hidden == ()


# ---- moves over photographs -----------------------------------------------------------------------------------------


def burns(seed: int, events=(), frames: int = 90, shape=(700, 1000), size=(160, 90)):
    """A move over a still whose every pixel says where it is: the place and width of what is seen, by frame."""
    x, y = np.meshgrid(np.arange(shape[1]), np.arange(shape[0]))
    still = np.stack([x, y, x], 2).astype(np.float32)
    player = cuts._burns(still, cuts.Shot("coffee", frames, events=events), drawn(seed), size)

    def at(frame: int) -> tuple[float, float, float, float]:
        seen = player(frame)[..., :2]
        zoom = (seen[45, 100, 0] - seen[45, 60, 0]) / 40
        high = (seen[60, 80, 1] - seen[30, 80, 1]) / 30
        return float(seen[45, 80, 0]), float(seen[45, 80, 1]), float(zoom), float(high)

    return at


@pytest.mark.parametrize("seed", range(6))
def test_a_slow_move_stays_inside_its_photograph_and_keeps_its_shape(seed):
    at = burns(seed)
    (x1, y1, wide, high), (x2, y2, wide_2, _) = at(0), at(89)
    assert wide == pytest.approx(high, rel=0.01)
    for x, y, zoom in ((x1, y1, wide), (x2, y2, wide_2)):
        assert 0.6 <= zoom * 160 / 1000 <= 0.851
        assert zoom * 80 - 1 <= x <= 1000 - zoom * 80 + 1 and zoom * 45 - 1 <= y <= 700 - zoom * 45 + 1
    middle = at(44)[0] + at(45)[0]
    assert middle == pytest.approx(x1 + x2, abs=1)
    assert at(22)[0] - x1 == pytest.approx((x2 - x1) * motion.ease(22 / 89), abs=0.7)
    assert abs(x2 - x1) <= 0.141 * wide * 160 and abs(y2 - y1) <= 0.141 * wide * 160


@pytest.mark.parametrize("seed", range(4))
def test_a_pan_leaps_to_the_other_side_in_its_frames(seed):
    at = burns(seed, (cuts.Event("pan", 30, 10),), shape=(700, 1600))
    start, before, end, after = at(0), at(29), at(39), at(80)
    room = 1600 - start[2] * 160
    assert start == pytest.approx(before, abs=0.2) and end == pytest.approx(after, abs=0.2)
    assert abs(after[0] - start[0]) == pytest.approx(0.92 * room, abs=2) and 0.48 <= start[2] * 0.1 <= 0.551
    assert start[0] + after[0] == pytest.approx(1600, abs=2) and at(34)[1] == pytest.approx(start[1], abs=0.5)
    assert abs(at(34)[0] - start[0]) == pytest.approx(0.92 * room * motion.ease(0.5), abs=8)


def test_a_flat_photograph_is_never_seen_beyond_its_edges():
    _, y, zoom, _ = burns(0, shape=(400, 1600))(0)
    assert zoom * 90 <= 0.971 * 400 and zoom * 45 - 1 <= y <= 400 - zoom * 45 + 1


def test_a_still_is_one_and_a_half_frames_wide_and_graded():
    plain, dusk = (cuts._still("coffee", grade, (160, 90)) for grade in ("plain", "dusk"))
    assert plain.shape[1] == 240 and plain.shape[0] == pytest.approx(240 * 400 / 600, abs=1)
    assert dusk.mean() < 0.85 * plain.mean() and np.array_equal(cuts._still("coffee", "none", (160, 90)), plain)
    sepia = cuts._still("cat", "sepia", (160, 90)).reshape(-1, 3).astype(float)
    assert np.median(sepia[:, 2] / sepia[:, 0]) == pytest.approx(0.72 / 1.08, abs=0.01)
    warm, cool = (cuts._still("cat", grade, (160, 90)).reshape(-1, 3).mean(0) for grade in ("warm", "cool"))
    neutral = cuts._still("cat", "plain", (160, 90)).reshape(-1, 3).mean(0)
    assert warm / neutral == pytest.approx([1.122, 1.02, 0.836], abs=0.02)
    assert cool / neutral == pytest.approx([0.823, 0.96, 1.137], abs=0.02)
    brick = cuts._still("brick", "plain", (160, 90))
    assert brick.shape == (240, 240, 3)
    assert brick.reshape(-1, 3).mean(0) / 255 == pytest.approx(cuts.TINTS["brick"], abs=0.03)
    plain, vivid = (np.ptp(cuts._still("cat", g, (160, 90)).astype(int), axis=2).mean() for g in ("plain", "vivid"))
    assert vivid > 1.3 * plain


def moved(events, source="coffee"):
    x, y = np.meshgrid(np.arange(320), np.arange(180))
    still = np.stack([x, y, x], 2).astype(np.float32)
    shot = cuts.Shot(source, 40, events=events)
    return cuts._moved(lambda frame: still, shot, drawn(1), (320, 180)), still


def test_a_shake_turns_sways_and_enlarges_a_little_and_ends_as_it_began():
    play, still = moved((cuts.Event("shake", 10, 20),))
    for frame in (0, 8, 30, 39):
        assert np.array_equal(play(frame), still)
    seen = play(19)[40:140, 60:260]
    assert (seen[50, 150, 0] - seen[50, 50, 0]) / 100 == pytest.approx(1 / 1.05, abs=0.005)
    assert abs(seen[50, 150, 1] - seen[50, 50, 1]) / 100 < np.sin(np.radians(4))
    assert np.abs(seen[50, 100] - still[90, 160])[:2].max() < 3.5 * 4 + 3
    early = play(9)[90, 100:200, 0]
    assert (early[-1] - early[0]) / 99 == pytest.approx(1, abs=0.03)  # it grows from nothing
    shaken = [np.abs(play(frame) - still).mean() for frame in range(10, 29)]
    assert max(shaken) > 1 and min(shaken) > 0


def test_a_street_is_turned_once_around_where_it_has_a_pan():
    play, still = moved((cuts.Event("pan", 10, 8),), "street")
    assert np.array_equal(play(8), still) and np.array_equal(play(20), still)
    turned = play(13)
    assert np.median(turned[90, 200:300, 0] - still[90, 200:300, 0]) == pytest.approx(-160, abs=3)
    assert np.array_equal(moved((cuts.Event("pan", 10, 8),), "cat")[0](13), still)


# ---- a street's cast ------------------------------------------------------------------------------------------------


def cast_of(seed: int) -> dict[str, list]:
    actors = street._cast(drawn(seed), 450, 25.0, 2.0)
    names = "person", "dog", "cyclist", "car", "bus"
    return {name: [actor for actor in actors if actor.name == name] for name in names}


@pytest.mark.parametrize("seed", range(5))
def test_everybody_keeps_to_the_lane_that_is_theirs(seed):
    cast = cast_of(seed)
    assert {name: len(actors) for name, actors in cast.items()} == {
        "person": 10, "dog": 2, "cyclist": 2, "car": 8, "bus": 1,
    }  # fmt: skip
    for actor in cast["car"] + cast["bus"]:
        right = np.cos(actor.path.heading[0]) > 0
        assert set(actor.path.z) == {7.1 if right else 9.4}
        assert np.all(np.diff(actor.path.x) * (1 if right else -1) >= 0)
        assert actor.path.speed.max() < 4.6 and actor.reach >= 3.9
    for actor in cast["bus"]:
        assert np.cos(actor.path.heading[0]) < 0
    assert sorted(actor.path.z[0] for actor in cast["cyclist"]) == pytest.approx([6.15, 10.15])
    for actor in cast["cyclist"]:
        assert 2.6 <= actor.path.speed[0] <= 3.6 and 5 <= abs(actor.path.x[0]) <= 16.2
        assert actor.path.x[0] * np.cos(actor.path.heading[0]) < 0  # it comes towards the camera's side


@pytest.mark.parametrize("seed", range(5))
def test_people_walk_as_fast_as_people_do_where_people_walk(seed):
    cast = cast_of(seed)
    turned, owner, *passing = cast["person"][:5]
    lead, play = cast["dog"]
    assert np.abs(turned.path.z - 4.0).max() < 0.15 and set(np.round(owner.path.z, 6)) == {4.55}
    assert turned.path.speed.max() < 1.4 and (turned.path.speed < 0.05).sum() > 40
    assert 0.85 < owner.path.speed.max() < 1.2 and owner.path.x[0] == pytest.approx(5.8, abs=0.3)
    assert set(np.round(lead.path.z, 6)) == {4.4}
    assert np.median(np.abs(lead.path.x - owner.path.x)[owner.path.speed > 0.5]) == pytest.approx(0.75, abs=0.3)
    for actor in passing:
        assert 11.6 <= actor.path.z[0] <= 13.0 and actor.path.speed.max() < 1.6
        assert np.abs(actor.path.x).max() <= 10.01
    for actor in cast["person"][5:8]:
        assert actor.path.z.min() >= 15.9 and actor.path.z.max() <= 30.1 and np.abs(actor.path.x).max() < 23
    assert play.path.z.min() > 13 and play.path.z.max() < 20 and 3 < np.ptp(play.path.x) < 7 and np.ptp(play.path.z) < 3


@pytest.mark.parametrize("seed", range(5))
def test_people_cross_while_the_light_is_red(seed):
    red = 0.28 * 18, 0.28 * 18 + 0.32 * 18
    cast = cast_of(seed)
    for number, actor in enumerate(cast["person"][8:]):
        seconds = np.flatnonzero((actor.path.z > 5.5) & (actor.path.z < 10.7)) / 25
        assert red[0] + 1.2 < seconds[0] and seconds[-1] < red[1] + 1 and 2 < np.ptp(seconds) < 4.2
        on_road = (actor.path.z > 6.5) & (actor.path.z < 10)
        assert actor.path.x[on_road] == pytest.approx(2.0 + (-0.45, 0.55)[number], abs=0.1)
        assert 1.45 <= np.median(actor.path.speed[on_road]) <= 1.8
        ends = (actor.path.z[0], actor.path.z[-1])
        assert ends == pytest.approx(((11.2, 4.75), (5.0, 11.6))[number], abs=0.01)


@pytest.mark.parametrize("seed", range(3))
def test_props_stand_in_the_park_and_two_of_them_near_the_camera(seed):
    eye = backdrop.make_view((160, 90))
    props = street._props(drawn(seed), eye, backdrop.MOODS["noon"])
    far, park = [p for p in props if p.z > 50], [p for p in props if 15 < p.z < 50]
    beside, near = [p for p in props if 13 < p.z < 15], [p for p in props if p.z < 13]
    assert (len(far), len(park), len(beside), len(near)) == (31, 9, 6, 2)
    assert [p.soft for p in props] == [True] * 31 + [False] * 17 and all(58 <= p.z <= 66 for p in far)
    assert np.diff([p.x for p in far]) == pytest.approx(3.1) and far[0].x == -44
    assert all(17 <= p.z <= 42 and abs(p.x) < 22.1 * p.z / 28 for p in park)
    assert sorted(round(p.z, 2) for p in beside) == [13.7] + [13.75] * 3 + [14.3] * 2
    lamps = sorted(p.x for p in beside if p.z == 13.75)
    assert lamps == pytest.approx([-6.2, 1.2, 8.6], abs=0.41)
    tree, post = near
    assert (tree.z, post.z) == (5.2, 3.45) and -3 <= tree.x <= -1.9 and 4.6 <= post.x - tree.x <= 5.6


# ---- a square -------------------------------------------------------------------------------------------------------


def test_actors_of_a_square_go_at_their_pace_and_bob_a_little():
    for number, (kind, speed) in enumerate([*zip(square.CAST, (1.3, 1.3, 1.3, 6.0, 3.5, 1.3, 2.0), strict=True)]):
        crowd = square.Crowd(pace=2.0, scale=(50, 50))
        actor, scale, places = square._actor(drawn(number), number, crowd, False, 100, (1280, 720))
        step = speed * 2 * 50 / 25
        assert actor.name == kind and scale == 50 and places.shape == (100, 2)
        assert np.abs(np.diff(places[:, 0])) == pytest.approx(step) and 60 <= places[0, 0] <= 1220
        assert places[:, 1] - places[0, 1] == pytest.approx(0.12 * step * np.sin(np.arange(100) / 25))
        assert 160 <= places[0, 1] <= 710


def test_who_comes_later_starts_beyond_the_edge_and_enters_in_time():
    ways = set()
    for seed in range(40):
        _, _, places = square._actor(drawn(seed), 0, square.Crowd(), True, 100, (640, 360))
        step = places[1, 0] - places[0, 0]
        start, edge = places[0, 0], (-60 if step > 0 else 700)
        assert (start < -60) if step > 0 else (start > 700)
        assert 5 <= (edge - start) / step <= 80
        ways.add(step > 0)
    assert ways == {True, False}
    tall = [square._actor(drawn(k), 0, square.Crowd(scale=(95, 95)), False, 2, (640, 360))[2][0, 1] for k in range(40)]
    assert 180 <= min(tall) < 200 and 340 < max(tall) <= 360
    low = [square._actor(drawn(k), 0, square.Crowd(scale=(40, 40)), False, 2, (640, 360))[2][0, 1] for k in range(60)]
    assert 130 <= min(low) < 145 and 335 < max(low) <= 350


def test_cut_outs_of_a_square_stand_at_their_feet_and_shake_with_the_ground(monkeypatch):
    made = square.make_square(drawn(3), square.Crowd(number=6), 30, (640, 360))
    assert made.rate == Fraction(25) and (made.size, made.frames) == ((640, 360), 30)
    first, last = (places_of(monkeypatch, square, made.draw, frame) for frame in (0, 29))
    assert len(first) == len(last) == 6 and all(42 <= scale <= 62 for *_, scale in first)
    assert np.all(np.diff([y for _, y, _ in first]) > 0)  # the nearest last
    monkeypatch.setattr(square.motion, "shake_camera", lambda rng, frames, rate, strength: np.zeros((frames, 2)))
    still = square.make_square(drawn(3), square.Crowd(number=2), 3, (640, 360))
    monkeypatch.setattr(square, "lay", lambda *laid: None)
    ground = square._ground(drawn(3), (640, 360))
    assert np.array_equal(still.draw(1).picture, ground[20:-20, 20:-20])


@pytest.mark.parametrize("seed", range(4))
def test_the_ground_of_a_square_has_light_and_shade(seed):
    ground = square._ground(drawn(seed), (320, 200))
    assert ground.shape == (240, 360, 3) and 60 < ground.mean() < 170
    tiles = ground.astype(float).reshape(8, 30, 9, 40, 3).mean((1, 3, 4))
    assert 1.15 < tiles.max() / tiles.min() < 2 and ground.std() > 8
