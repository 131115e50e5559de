"""The demo scenes: the same every time, and true to what they say of themselves."""

import hashlib
from fractions import Fraction
from itertools import pairwise

import cv2
import numpy as np
import pytest
from counting import Counting

from framewright.errors import UserError
from framewright.scenes.cuts import DEMO, Event, Shot, edit, make_cuts
from framewright.scenes.faces import PORTRAITS, make_faces
from framewright.scenes.film import make_film
from framewright.scenes.hdr import PATCHES, RAMP, encode_pq, make_hdr
from framewright.scenes.names import NAMES
from framewright.scenes.paint import Canvas, lay
from framewright.scenes.photos import load_photo
from framewright.scenes.render import make_scene, render
from framewright.scenes.repeat import CROPPED, make_repeat
from framewright.scenes.scene import record
from framewright.scenes.street import make_street
from framewright.truth import find_problem, read_truth
from framewright.video.examine import probe
from framewright.video.stream import open_video

pytestmark = pytest.mark.slow  # what they look at takes seconds to make

SMALL = (320, 180)


@pytest.fixture(autouse=True)
def one_thread():
    cv2.setNumThreads(1)


@pytest.fixture(scope="module")
def walk():
    """A short street: the pictures of every tenth frame, and the truth of all of them."""
    short = make_street(np.random.default_rng(3), 6.0, SMALL)
    pictures = []
    truth = record(short, pictures.append)
    return short, pictures, truth


def digest(drawn) -> str:
    return hashlib.sha256(drawn.picture.tobytes() + repr((drawn.objects, drawn.faces)).encode()).hexdigest()


def shots_of(made) -> list[tuple[int, int]]:
    """First frame and end of what is shown purely, between transitions that are cuts."""
    joins = [change for change in made.transitions if change.is_cut]
    return list(zip([0, *(j.end for j in joins)], [*(j.start for j in joins), made.frames], strict=True))


# ---- the same every time --------------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize(
    "make",
    [
        lambda: make_street(np.random.default_rng(7), 2.0, SMALL),
        lambda: make_cuts(np.random.default_rng(7), 3, SMALL),
        lambda: make_film(np.random.default_rng(7), SMALL),
        lambda: make_faces(np.random.default_rng(7), 2.0, SMALL),
        lambda: make_hdr(np.random.default_rng(7), SMALL),
        lambda: make_repeat(make_cuts(np.random.default_rng(7), 3, SMALL), 30),
    ],
    ids=["street", "cuts", "film", "faces", "hdr", "repeat"],
)
def test_a_frame_depends_on_the_seed_alone_not_on_which_frames_were_drawn_before(make):
    forward, backward = make(), make()
    places = [0, forward.frames // 2, forward.frames - 1]
    first = [digest(forward.draw(place)) for place in places]
    assert [digest(backward.draw(place)) for place in reversed(places)] == first[::-1]


@pytest.mark.slow
def test_another_seed_gives_another_street():
    one, other = (make_street(np.random.default_rng(seed), 1.0, SMALL).draw(10).picture for seed in (1, 2))
    assert np.abs(one.astype(int) - other).mean() > 5


@pytest.mark.slow
def test_pictures_do_not_depend_on_the_number_of_threads():
    made = make_street(np.random.default_rng(5), 1.0, SMALL)
    single = digest(made.draw(12))
    cv2.setNumThreads(4)
    assert digest(make_street(np.random.default_rng(5), 1.0, SMALL).draw(12)) == single


# ---- street ---------------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_boxes_lie_inside_the_frame_and_visible_is_a_share(walk):
    _, pictures, truth = walk
    assert find_problem(truth) is None
    assert truth.frames == len(pictures) == 150
    for thing in truth.objects:
        assert (thing.boxes[:, :2] >= 0).all() and (thing.boxes[:, 2] <= SMALL[0]).all()
        assert (thing.boxes[:, 3] <= SMALL[1]).all() and (thing.boxes[:, 2:] > thing.boxes[:, :2]).all()


def test_a_wholly_visible_object_fills_its_box_to_every_side():
    """Two pictures that differ by one sprite alone differ exactly in what the cover says."""
    canvas = Canvas(1, 1, 2, 20)
    canvas.limb((0, 0.3), (0, 1.6), 0.3, 0.3, (1.0, 0.0, 0.0))
    picture = np.full((80, 90, 3), 90, np.uint8)
    before = picture.copy()
    cover = lay(picture, canvas.sprite(), 40.3, 60.6, 23.0)
    changed = np.abs(picture.astype(int) - before).max(2) > 40
    rows, columns = np.flatnonzero(changed.any(1)), np.flatnonzero(changed.any(0))
    solid = cover.alpha >= 0.5
    assert abs(rows[0] - (cover.y + np.flatnonzero(solid.any(1))[0])) <= 1
    assert abs(columns[-1] - (cover.x + np.flatnonzero(solid.any(0))[-1])) <= 1
    assert cover.whole == pytest.approx(np.pi * (0.3 * 23) ** 2 + 0.6 * 1.3 * 23**2, rel=0.05)


def test_what_is_cut_off_by_the_edge_counts_as_hidden():
    canvas = Canvas(1, 1, 2, 20)
    canvas.polygon([(-0.8, 0), (0.8, 0), (0.8, 1.8), (-0.8, 1.8)], (1.0, 1.0, 1.0))
    picture = np.zeros((60, 60, 3), np.uint8)
    cover = lay(picture, canvas.sprite(), 0, 55, 20)
    assert cover.alpha.sum() / cover.whole == pytest.approx(0.5, abs=0.04)


def test_objects_are_really_there(walk):
    """Where an object comes or goes the picture changes much more than where the mirrored box lies."""
    _, pictures, truth = walk
    ratios = []
    for thing in truth.objects:
        for i in range(0, len(thing.frames) - 12, 12):
            if thing.visible[i] < 0.9 or (thing.boxes[i] @ [-1, 0, 1, 0]) < 12:
                continue
            if abs(thing.boxes[i + 12][0] - thing.boxes[i][0]) < 12 or thing.frames[i + 12] - thing.frames[i] != 12:
                continue
            change = np.abs(pictures[thing.frames[i]].astype(int) - pictures[thing.frames[i + 12]]).mean(2)
            x1, y1, x2, y2 = thing.boxes[i].astype(int)
            ratios.append(change[y1:y2, x1:x2].mean() / change[y1:y2, SMALL[0] - x2 : SMALL[0] - x1].mean())
    assert len(ratios) > 20
    assert np.median(ratios) > 1.5


def test_nothing_jumps(walk):
    """From one frame to the next no box moves by more than a cyclist or a car can."""
    _, _, truth = walk
    for thing in truth.objects:
        inside = (thing.boxes[:, 0] > 0) & (thing.boxes[:, 2] < SMALL[0])
        middle = (thing.boxes[:, 0] + thing.boxes[:, 2]) / 2
        steps = np.abs(np.diff(middle))[inside[1:] & inside[:-1] & (np.diff(thing.frames) == 1)]
        assert not len(steps) or steps.max() < 13, (thing.name, steps.max())


@pytest.fixture(scope="module")
def demo_street():
    return record(make_scene("street"), lambda picture: None)


@pytest.mark.slow
def test_the_demo_street_has_what_the_pipelines_need(demo_street):
    truth = demo_street
    assert (truth.size, truth.rate, truth.frames) == ((640, 360), Fraction(25), 450)
    assert {thing.name for thing in truth.objects} == {"person", "dog", "cyclist", "car", "bus"}
    inside = [
        (thing.boxes[:, 0] > 0) & (thing.boxes[:, 2] < 640) & (thing.boxes[:, 3] < 360) for thing in truth.objects
    ]
    hidden = [
        (whole & (thing.visible < 0.4)).any() and (thing.visible > 0.9).any()
        for thing, whole in zip(truth.objects, inside, strict=True)
    ]
    assert sum(hidden) >= 6, "objects that are hidden at one time and free at another"
    assert sum(thing.frames[0] > 0 for thing in truth.objects) >= 8, "objects that enter"
    assert sum(thing.frames[-1] < truth.frames - 1 for thing in truth.objects) >= 8, "objects that leave"
    share = {t.id: np.prod(t.boxes[:, 2:] - t.boxes[:, :2], 1) / (640 * 360) for t in truth.objects}
    large = [t for t in truth.objects if (t.visible > 0.3).sum() >= 75 and share[t.id][t.visible > 0.3].mean() >= 0.1]
    assert len(large) >= 3 and len({t.name for t in large}) >= 3, "tracks that pass the default filter"
    assert sum(share[t.id].mean() < 0.01 for t in truth.objects) >= 3, "small objects"


@pytest.mark.slow
def test_the_demo_street_has_somebody_who_stops_and_turns_back(demo_street):
    def turns(thing) -> bool:
        middle = (thing.boxes[:, 0] + thing.boxes[:, 2]) / 2
        pace = np.diff(middle)[:: max(1, len(middle) // 12)]
        return thing.name == "person" and len(middle) > 100 and (pace > 0.8).any() and (pace < -0.8).any()

    assert any(turns(thing) for thing in demo_street.objects)


@pytest.mark.slow
@pytest.mark.parametrize("seed", [11, 12, 13])
def test_any_street_has_five_classes(seed):
    made = make_street(np.random.default_rng(seed), 12.0, SMALL)
    names = {mark.name for frame in range(0, made.frames, 20) for mark in made.draw(frame).objects}
    assert names == {"person", "dog", "cyclist", "car", "bus"}


# ---- cuts -----------------------------------------------------------------------------------------------------------


def test_the_demo_of_cuts_has_every_kind_of_transition():
    made = make_scene("cuts")
    kinds = [change.kind for change in made.transitions]
    assert {kind: kinds.count(kind) for kind in set(kinds)} == {
        "cut": 5, "dissolve": 3, "fade": 1, "flash": 3, "pan": 1, "shake": 1,
    }  # fmt: skip
    assert all(change.is_cut == (change.kind in ("cut", "dissolve", "fade")) for change in made.transitions)
    dissolves = sorted(t.end - t.start for t in made.transitions if t.kind == "dissolve")
    assert dissolves == [8, 16, 30]
    assert sorted(t.end - t.start for t in made.transitions if t.kind == "flash") == [1, 2, 3]
    hard = [t.start for t in made.transitions if t.kind == "cut"]
    assert any(b - a <= 12 for a, b in pairwise(hard)), "two cuts within half a second"
    lengths = [end - start for start, end in shots_of(made)]
    assert sum(length > 75 for length in lengths) >= 3 and sum(length < 75 for length in lengths) >= 3
    assert made.frames <= 500


def test_a_hard_cut_is_the_largest_change_nearby():
    made = edit((Shot("coffee", 12, seed=1), Shot("galaxies", 12, seed=2)), SMALL)
    pictures = [made.draw(frame).picture.astype(int) for frame in range(made.frames)]
    changes = [np.abs(b - a).mean() for a, b in pairwise(pictures)]
    (cut,) = made.transitions
    assert cut.start == cut.end == int(np.argmax(changes)) + 1 == 12


def test_a_dissolve_begins_and_ends_where_the_truth_says():
    plain = (Shot("coffee", 30, seed=1), Shot("cat", 30, seed=2))
    joined = edit((plain[0], Shot("cat", 30, "dissolve", 10, seed=2)), SMALL)
    (change,) = joined.transitions
    assert (change.start, change.end, joined.frames) == (20, 30, 50)
    alone = edit(plain, SMALL)

    def same(frame: int, of: int) -> bool:
        return np.array_equal(joined.draw(frame).picture, alone.draw(of).picture)

    assert same(19, 19) and not same(20, 20)
    assert not same(29, 39) and same(30, 40)


def test_a_fade_is_black_in_the_middle_and_whole_at_its_ends():
    made = edit((Shot("coffee", 30, seed=1), Shot("cat", 30, "fade", 12, seed=2)), SMALL)
    (change,) = made.transitions
    levels = [made.draw(frame).picture.mean() for frame in range(made.frames)]
    assert (change.start, change.end) == (24, 36)
    assert min(levels[29], levels[30]) < 1
    assert levels[24] < 0.95 * levels[23] and levels[35] < 0.95 * levels[36]


def test_a_flash_is_bright_for_its_frames_only():
    made = edit((Shot("galaxies", 20, seed=1, events=(Event("flash", 8, 2),)),), SMALL)
    bright = [frame for frame in range(20) if made.draw(frame).picture.mean() > 100]
    assert bright == [8, 9]
    assert not made.transitions[0].is_cut


@pytest.mark.slow
@pytest.mark.parametrize("source", ["coffee", "street"], ids=["over a photograph", "over a street"])
def test_a_pan_moves_fast_for_its_frames_only(source):
    made = edit((Shot(source, 30, grade="noon", seed=1, events=(Event("pan", 12, 8),)),), SMALL)
    pictures = [made.draw(frame).picture.astype(int) for frame in range(made.frames)]
    changes = np.array([0, *(np.abs(b - a).mean() for a, b in pairwise(pictures))])
    assert changes[13:19].min() > 2 * np.delete(changes, range(11, 22)).max()


def test_a_shake_moves_the_picture_in_its_frames_alone():
    still, shaken = (
        edit((Shot("coffee", 30, seed=1, events=events),), SMALL) for events in ((), (Event("shake", 8, 12),))
    )
    moved = [np.abs(still.draw(n).picture.astype(int) - shaken.draw(n).picture).mean() > 0.5 for n in range(30)]
    assert not any(moved[:7]) and not any(moved[20:]) and sum(moved[8:19]) >= 9


def test_random_plans_hold_hundreds_of_transitions_in_order():
    made = make_cuts(np.random.default_rng(1), 240)
    joins = [change for change in made.transitions if change.is_cut]
    assert len(joins) == 239
    assert {change.kind for change in made.transitions} == {"cut", "dissolve", "fade", "flash", "pan", "shake"}
    assert all(8 <= j.end - j.start <= 30 for j in joins if j.kind != "cut")
    bounds = [side for change in made.transitions for side in (change.start, change.end)]
    assert bounds == sorted(bounds), "transitions do not overlap"
    assert bounds[0] > 0 and bounds[-1] < made.frames


def test_every_shot_of_the_demo_has_its_own_length():
    assert make_scene("cuts").frames == sum(shot.frames - shot.over * (shot.join == "dissolve") for shot in DEMO)


# ---- film and files -------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_the_film_has_cuts_where_it_says_and_fine_detail():
    made = make_film(np.random.default_rng(2), (480, 270))
    assert [change.start for change in made.transitions] == [44, 88]
    for cut in (44, 88):
        before, at = made.draw(cut - 1).picture.astype(int), made.draw(cut).picture.astype(int)
        assert np.abs(at - before).mean() > 20
        assert cv2.Laplacian(at.astype(np.uint8), cv2.CV_32F).var() > 100


def test_the_film_is_full_hd():
    made = make_scene("film")
    assert (made.size, made.rate, made.frames) == ((1920, 1080), Fraction(24), 132)


@pytest.mark.slow
def test_the_film_is_tagged_and_has_one_key_frame(tmp_path):
    render(tmp_path / "video", make_film(np.random.default_rng(2), SMALL), tmp_path / "truth.json")
    with open_video(tmp_path / "video") as video:
        frames = [(frame.key, frame.time) for frame in video.frames()]
        assert (video.colour.primaries, video.colour.transfer, video.colour.matrix) == ("bt709",) * 3
    assert [key for key, _ in frames] == [True] + [False] * 131
    assert frames[1][1] - frames[0][1] == Fraction(1, 24)


def test_a_repeated_film_shows_the_same_a_little_larger_and_its_own_events_alone():
    original = make_cuts(np.random.default_rng(4), 3, SMALL)
    again = make_repeat(original, 20)
    assert (again.frames, again.size, again.rate) == (20, SMALL, original.rate)
    assert all(transition.end < 20 for transition in again.transitions)
    before, after = (made.draw(10).picture.astype(float) for made in (original, again))
    left, top = round(CROPPED * SMALL[0]), round(CROPPED * SMALL[1])
    inner = cv2.resize(before[top : SMALL[1] - top, left : SMALL[0] - left], SMALL, interpolation=cv2.INTER_CUBIC)
    assert np.abs(inner.clip(0, 255) - after).mean() < 1
    assert np.abs(before - after).mean() > 2


@pytest.mark.slow
def test_a_rendered_file_holds_the_frames_that_were_drawn(tmp_path):
    made = make_cuts(np.random.default_rng(4), 2, SMALL)
    assert render(tmp_path / "video", made, tmp_path / "truth.json") == made.frames
    truth = read_truth(tmp_path / "truth.json")
    assert (truth.frames, truth.size, truth.rate) == (made.frames, SMALL, Fraction(25))
    with open_video(tmp_path / "video") as video:
        for number, frame in enumerate(video.frames()):
            if number % 20 == 0:
                assert np.abs(frame.rgb.astype(int) - made.draw(number).picture).mean() < 4
    assert number == made.frames - 1


def test_an_unknown_scene_is_named_with_those_that_are_known():
    with pytest.raises(
        UserError, match=r"demo:beach: no such scene; known: broken, cuts, faces, film, hdr, repeat, street"
    ):
        make_scene("beach")


@pytest.mark.slow
def test_every_name_is_a_scene():
    for name in NAMES:
        assert make_scene(name).frames > 0


@pytest.mark.slow
def test_the_broken_scene_is_cut_off_and_nothing_is_claimed_of_it(tmp_path):
    render(tmp_path / "video", make_scene("broken"), tmp_path / "truth.json")
    assert probe(tmp_path / "video")["status"] == "rejected"
    assert read_truth(tmp_path / "truth.json").frames == 0


# ---- faces ----------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def demo_faces():
    pictures = []
    return pictures, record(make_scene("faces"), pictures.append)


@pytest.mark.slow
def test_faces_are_of_many_sizes_down_to_16_pixels(demo_faces):
    _, truth = demo_faces
    heights = sorted(float(np.median(face.boxes[:, 3] - face.boxes[:, 1])) for face in truth.faces)
    assert find_problem(truth) is None and len(heights) == 10
    assert 15 < heights[0] < 18 and heights[-1] > 100
    assert sum(height < 24 for height in heights) >= 3


def test_one_face_turns_away_and_comes_back(demo_faces):
    _, truth = demo_faces
    gaps = [int(np.diff(face.frames).max()) for face in truth.faces]
    assert max(gaps) > 50, "frames from which a face that is seen before and after is absent"
    assert sum(gap > 50 for gap in gaps) == 1


def test_some_faces_are_hidden_for_a_while(demo_faces):
    _, truth = demo_faces
    assert sum(((face.visible < 0.5) & (face.boxes[:, 0] > 0)).any() for face in truth.faces) >= 2


def test_what_is_in_a_face_box_is_a_face(demo_faces):
    """Each clear face, scaled back to the photograph, is the face of the photograph."""
    pictures, truth = demo_faces
    x1, y1, x2, y2 = PORTRAITS["astronaut"][1]
    face = cv2.resize(load_photo("astronaut")[y1:y2, x1:x2], (18, 24), interpolation=cv2.INTER_AREA)
    alike = []
    for seen in truth.faces:
        for place in np.flatnonzero(seen.visible > 0.99)[::30]:
            a, b, c, d = np.round(seen.boxes[place]).astype(int)
            cut = cv2.resize(pictures[seen.frames[place]][b:d, a:c], (18, 24), interpolation=cv2.INTER_AREA)
            both = [np.corrcoef(face[..., 1].ravel(), way[..., 1].ravel())[0, 1] for way in (cut, cut[:, ::-1])]
            alike.append(max(both))
    assert len(alike) > 20
    assert np.mean(np.array(alike) > 0.6) > 0.8, "all but the profile and the one that turns"


# ---- hdr ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("nits", "signal"), [(0, 0.0), (100, 0.5081), (1000, 0.7518), (10000, 1.0)])
def test_pq_has_the_values_of_the_standard(nits, signal):
    assert encode_pq(nits) == pytest.approx(signal, abs=1e-4)


@pytest.mark.slow
def test_the_hdr_film_is_tagged_mastered_and_as_bright_as_it_says(tmp_path):
    render(tmp_path / "video", make_scene("hdr"), tmp_path / "truth.json")
    with open_video(tmp_path / "video") as video:
        assert (video.colour.kind, video.colour.primaries, video.colour.matrix) == ("PQ", "bt2020", "bt2020nc")
        assert (video.depth, video.size) == (10, (1920, 1080))
        frames = list(video.frames())
        assert [number for number, frame in enumerate(frames) if frame.key] == [0, 24, 48]
        luma = frames[6].planes[0].astype(float)
        kinds = {str(data.type).split(".")[-1] for data in frames[0].picture.side_data}
    assert {"MASTERING_DISPLAY_METADATA", "CONTENT_LIGHT_LEVEL"} <= kinds
    for (x1, y1, x2, y2), nits in PATCHES:
        assert luma[y1 + 8 : y2 - 8, x1 + 8 : x2 - 8].mean() == pytest.approx(64 + 876 * float(encode_pq(nits)), abs=1)
    ramp = luma[RAMP[1] + 20 : RAMP[3] - 20, RAMP[0] : RAMP[2]].mean(0)
    assert np.abs(ramp - np.linspace(64, 64 + 876 * float(encode_pq(1000)), len(ramp))).max() < 4


@pytest.mark.slow
def test_frames_that_are_drawn_are_counted(tmp_path):
    counting = Counting()
    frames = render(tmp_path / "video", make_scene("broken"), tmp_path / "truth.json", counting)
    assert counting.loops == [[make_scene("broken").frames, "frames", make_scene("broken").frames]]
    assert frames == 0  # of a file that is cut off
