"""Faces are searched where pictures have changed and around known faces: cheaper than every picture whole."""

import cv2
import numpy as np
import pytest
from skimage.metrics import structural_similarity

from framewright.scenes.photos import load_photo
from framewright.tracks.privacy.cover import draw_ellipses
from framewright.tracks.privacy.cover_video import deface_video
from framewright.tracks.privacy.face_tracks import link_faces, list_covers
from framewright.tracks.privacy.faces import open_face_finder
from framewright.tracks.privacy.parts import cover_blocks, cover_neighbours
from framewright.tracks.privacy.search import FaceSearch, scan_frames
from framewright.tracks.privacy.source_rate import measure_rate
from framewright.video.encode import Writer
from framewright.video.stream import open_video

SIZE, RATE, SURE = (480, 320), 25, 0.2
FACE = np.ascontiguousarray(load_photo("astronaut")[:260, 110:340])  # its face, at (71, 62, 160, 180) in it
INSIDE = np.array([71, 62, 160, 180])


class CountingFinder:
    """A finder of faces that notes how many pixels its network is given."""

    def __init__(self) -> None:
        self._finder = open_face_finder(0.15, 1920)
        self.least, self.pixels = self._finder.least, 0

    def zooms(self, shape):
        return self._finder.zooms(shape)

    def find(self, picture, parts, zoom, least):
        return np.concatenate([np.zeros((0, 5)), *self.find_each(picture, [(part, zoom) for part in parts], least)])

    def find_each(self, picture, parts, least):
        self.pixels += sum((x2 - x1) * (y2 - y1) * zoom**2 for (x1, y1, x2, y2), zoom in parts)
        return self._finder.find_each(picture, parts, least)


def film(path, frames, place, scale=0.5, noise=3):
    """A film with the astronaut at `place(frame)` (x, y) over a noisy grey ground; None: she is not there."""
    values = np.random.default_rng(1)
    small = cv2.resize(FACE, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    with Writer(path, SIZE, RATE, crf=12, preset="veryfast", gop=25) as writer:
        for number in range(frames):
            ground = 110 + values.normal(0, noise, (SIZE[1] // 4, SIZE[0] // 4, 1)).repeat(4, 0).repeat(4, 1)
            picture = np.clip(ground.repeat(3, 2), 0, 255).astype(np.uint8)
            if place(number) is not None:
                x, y = (round(side) for side in place(number))
                left, top = max(0, x), max(0, y)
                part = small[top - y : SIZE[1] - y, left - x : SIZE[0] - x]
                picture[top : top + len(part), left : left + part.shape[1]] = part
            writer.add(picture)
    return path


def scan(path):
    finder = CountingFinder()
    with open_video(path) as video:
        seen = scan_frames(video.frames(), [FaceSearch(finder, SURE)], 3)
    return list(list_covers(link_faces(seen.sightings, seen.times, SURE), seen.times)), finder, seen


def share(boxes, place, scale=0.5):
    x1, y1, x2, y2 = (round(side) for side in INSIDE * scale + np.tile(place, 2))
    mask = draw_ellipses(SIZE, boxes)[max(0, y1) : y2, max(0, x1) : x2]
    return float(mask.mean()) if mask.size else 1.0


MOVES = {
    "stands": lambda k: (120, 40),
    "walks": lambda k: (10 + 3 * k, 60),
    "comes late": lambda k: (20 + 2 * k, 80) if k >= 31 else None,
    "leaves": lambda k: (150, 60) if k < 47 else None,
}


@pytest.mark.slow
@pytest.mark.parametrize("name", MOVES)
def test_a_face_is_covered_in_every_frame_for_less_than_half_the_pixels(tmp_path, name):
    place = MOVES[name]
    covers, finder, seen = scan(film(tmp_path / "a.mp4", 75, place))
    assert len(covers) == 75
    for number, boxes in enumerate(covers):
        if place(number) is not None:
            assert share(boxes, place(number)) >= 0.9, number
    whole = len(seen.sightings.frames) * SIZE[0] * SIZE[1]
    assert finder.pixels < 0.5 * whole


@pytest.mark.slow
def test_a_face_that_leaves_over_the_border_stays_covered_as_long_as_it_shows(tmp_path):
    """Half a face is hardly seen by itself; what was a sure face is looked for where it should be."""

    def place(k):
        return 150, 40 - 2.2 * max(0, k - 20)

    covers, _, _ = scan(film(tmp_path / "a.mp4", 60, place))
    for number, boxes in enumerate(covers):
        x, y = place(number)
        if INSIDE[3] * 0.5 + y > 15:
            assert share(boxes, (x, y)) >= 0.8, number


@pytest.mark.slow
def test_where_nothing_is_nothing_is_covered(tmp_path):
    covers, _, _ = scan(film(tmp_path / "a.mp4", 60, lambda k: None))
    assert not any(len(boxes) for boxes in covers)


@pytest.mark.slow
def test_the_same_film_gives_the_same_detections(tmp_path):
    path = film(tmp_path / "a.mp4", 40, MOVES["walks"])
    (_, _, one), (_, _, two) = scan(path), scan(path)
    assert np.array_equal(one.sightings.boxes, two.sightings.boxes)
    assert np.array_equal(one.sightings.frames, two.sightings.frames)


@pytest.mark.slow
def test_a_large_face_is_found_in_a_small_copy():
    large = cv2.resize(FACE, None, fx=4, fy=4, interpolation=cv2.INTER_CUBIC)  # a face 470 pixels high
    found = open_face_finder(0.2, 1920)(large)
    assert len(found) and draw_ellipses(large.shape[1::-1], found[:1, :4])[248:720, 284:640].mean() > 0.9


@pytest.mark.parametrize("seed", range(4))
def test_the_parts_hold_all_that_has_changed_and_little_else(seed):
    values = np.random.default_rng(seed)
    changed = np.zeros((23, 40), bool)
    for _ in range(3):
        y, x = values.integers(0, 20), values.integers(0, 36)
        changed[y : y + 3, x : x + 4] = True
    parts, around, searched = cover_blocks(changed, (1280, 736))
    assert (searched | ~changed).all()
    covered = np.zeros((736, 1280), bool)
    for x1, y1, x2, y2 in parts:
        covered[y1:y2, x1:x2] = True
    assert covered[np.kron(changed, np.ones((32, 32))) > 0].all()
    assert covered.mean() < 0.25 and around is not None


def test_where_nothing_changed_nothing_is_searched():
    assert cover_blocks(np.zeros((10, 10), bool), (320, 320))[:2] == ([], None)


# ---- crowds


def test_the_parts_beside_small_faces_hold_their_neighbours_and_little_else():
    faces = np.array([[300.0, 200, 310, 214, 0.3], [330, 203, 339, 216, 0.2], [900, 400, 912, 416, 0.2]])
    parts = cover_neighbours(faces, (1280, 720))
    covered = np.zeros((720, 1280), bool)
    for x1, y1, x2, y2 in parts:
        covered[y1:y2, x1:x2] = True
    for x1, y1, x2, y2, _ in faces:
        assert covered[round(y1 - 14) : round(y2 + 14), round(x1 - 28) : round(x2 + 28)].all()
    assert covered.mean() < 0.02
    areas = [(x2 - x1) * (y2 - y1) for x1, y1, x2, y2 in parts]
    assert areas == sorted(areas) and len(areas) == 2
    assert cover_neighbours(faces[:0], (1280, 720)) == []


class ListingFinder(CountingFinder):
    """A finder that knows what is where: a small face, and beside it one that shows in a larger copy only."""

    SMALL, TINY = np.array([200.0, 100, 212, 116]), np.array([230.0, 102, 236, 110])

    def __init__(self, score=0.3, number=1):
        super().__init__()
        self.score, self.number = score, number

    def find_each(self, picture, parts, least):
        self.pixels += sum((x2 - x1) * (y2 - y1) * zoom**2 for (x1, y1, x2, y2), zoom in parts)
        rows = [(self.SMALL + np.tile((0, 20 * k), 2), 0.5, 0.0) for k in range(self.number)]
        rows.append((self.TINY, self.score, 1.9))
        found = []
        for (x1, y1, x2, y2), zoom in parts:
            own = [
                [*box, score]
                for box, score, least_zoom in rows
                if x1 <= box[0] and box[2] <= x2 and y1 <= box[1] and box[3] <= y2 and zoom >= least_zoom
                if score >= least
            ]
            found.append(np.array(own, float).reshape(-1, 5))
        return found


def look_once(tmp_path, finder):
    search = FaceSearch(finder, SURE)
    with open_video(film(tmp_path / "a.mp4", 4, lambda k: None)) as video:
        for number, frame in enumerate(video.frames()):
            search.look(frame, number)
    return search.found()[0]


@pytest.mark.parametrize(("score", "seen"), [(0.3, True), (0.25, True), (0.22, False)])
def test_beside_a_small_face_smaller_ones_are_looked_for_in_a_larger_copy(tmp_path, score, seen):
    """There a score must be clearer: a copy holds no more than the picture."""
    found = look_once(tmp_path, ListingFinder(score))
    assert [np.allclose(row[:4], ListingFinder.TINY) for row in found].count(True) == seen


def test_a_crowd_that_fills_the_picture_is_not_searched_twice(tmp_path):
    finder = ListingFinder(number=10)
    finder.SMALL, finder.TINY = np.array([0.0, 0, 480, 18]), np.array([230.0, 100, 236, 106])
    found = look_once(tmp_path, finder)
    assert not any(np.allclose(row[:4], finder.TINY) for row in found)


# ---- how large the written video is --------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("frames", [60, 200])
@pytest.mark.parametrize("quality", [14, 30])
def test_a_defaced_video_is_hardly_larger_than_its_source_and_looks_like_it(tmp_path, frames, quality):
    values = np.random.default_rng(2)
    cells = values.integers(40, 200, (SIZE[1] // 8 + 40, SIZE[0] // 8 + 40, 3)).astype(np.uint8)
    ground = cells.repeat(8, 0).repeat(8, 1)
    source = tmp_path / "a.mp4"
    with Writer(source, SIZE, RATE, crf=quality, preset="medium", gop=250) as writer:
        for k in range(frames):
            writer.add(np.ascontiguousarray(ground[k : k + SIZE[1], k // 2 : k // 2 + SIZE[0]]))

    class Middle:
        def __init__(self):
            self.numbers = []

        def look(self, frame, number):
            self.numbers.append(number)

        def found(self):
            return {number: np.array([[200.0, 120, 240, 170, 0.9]]) for number in self.numbers}

    options = {"every": 3, "sure": 0.2, "method": "blur", "crf": 10}
    figures, found, times = deface_video(source, tmp_path / "b.mp4", [Middle()], **options)
    theirs, ours = (measure_rate(tmp_path / name) for name in ("a.mp4", "b.mp4"))
    assert ours.bytes <= 1.5 * theirs.bytes and figures["times_source_bytes"] == round(ours.bytes / theirs.bytes, 3)
    likeness = []
    with open_video(source) as before, open_video(tmp_path / "b.mp4") as after:
        pairs = zip(before.frames(), after.frames(), list_covers(found, times), strict=True)
        for number, (one, other, boxes) in enumerate(pairs):
            if number % 20 == 0:
                _, alike = structural_similarity(one.planes[0], other.planes[0], full=True)
                likeness.append(alike[~draw_ellipses(SIZE, boxes)].mean())
    assert np.mean(likeness) >= 0.95


@pytest.mark.slow
def test_the_rate_of_a_source_is_that_of_its_pictures(tmp_path):
    path = film(tmp_path / "a.mp4", 50, MOVES["stands"])
    rate = measure_rate(path)
    assert rate.gop == 25 and len(rate.sizes) == 48 and 0.5 * path.stat().st_size < rate.bytes < path.stat().st_size
    assert rate.sum_between(0, 1) == rate.sizes[:24].sum() and rate.sum_between(-1, 9) == rate.sizes.sum()
