"""Faces stay covered where a detector misses them; everything else of a video stays as it was."""

from dataclasses import replace
from fractions import Fraction
from types import SimpleNamespace

import av
import numpy as np
import pytest
from house import ROOT, rules, word_of
from make_video import is_upright, make_video

from framewright.scenes.photos import load_photo
from framewright.tracks.card import describe_dataset
from framewright.tracks.card_facts import CardFacts
from framewright.tracks.privacy import cover_video as process
from framewright.tracks.privacy.contract import check_privacy
from framewright.tracks.privacy.cover import METHODS, cover, draw_ellipses, to_stored
from framewright.tracks.privacy.deface import audit, deface, find_uncovered, open_finders, read_faces, write_faces
from framewright.tracks.privacy.face_tracks import FaceDetections, link_faces, list_covers
from framewright.tracks.privacy.faces import open_face_finder
from framewright.tracks.privacy.options import DefaceSettings, FinderSettings
from framewright.tracks.privacy.search import WholeSearch, scan_frames
from framewright.video.colour import Colour
from framewright.video.examine import probe
from framewright.video.frame import Shape
from framewright.video.probe import Probe, as_probe
from framewright.video.stream import open_video

RATE = 30
FACE = (181, 62, 270, 180)  # in the photograph of an astronaut, marked by hand
PQ = Colour("bt2020", "smpte2084", "bt2020nc", "tv")
SETTINGS = DefaceSettings()


def sightings(boxes_by_frame, frames, scores=None):
    at = [place for place, frame in enumerate(frames) for _ in boxes_by_frame.get(frame, [])]
    boxes = [box for frame in frames for box in boxes_by_frame.get(frame, [])]
    scores = [(scores or {}).get(frame, 0.9) for frame in frames for _ in boxes_by_frame.get(frame, [])]
    return FaceDetections(np.array(frames), np.array(at, int), np.array(boxes, float).reshape(-1, 4), np.array(scores))


def walker(frame, speed=3.0, side=20.0):
    return (10 + speed * frame, 50, 10 + speed * frame + side, 50 + 1.2 * side)


def covered_share(box, boxes):
    x1, y1, x2, y2 = (round(side) for side in box)
    return draw_ellipses((400, 200), boxes)[y1:y2, x1:x2].mean()


@pytest.mark.parametrize(
    ("seen", "sure"),
    [
        pytest.param(range(0, 60, 3), {}, id="every third frame"),
        pytest.param([frame for frame in range(0, 60, 3) if frame % 4], {}, id="some looks miss"),
        pytest.param([*range(0, 21, 3), *range(33, 60, 3)], {}, id="unseen for 0.4 s"),
        pytest.param(range(6, 54, 3), {}, id="seen late and lost early"),
        pytest.param(range(0, 60, 3), {frame: 0.16 for frame in range(0, 60) if frame % 15}, id="unsure in between"),
    ],
)
def test_a_missed_detection_leaks_nothing(seen, sure):
    frames, times = list(range(0, 60, 3)), np.arange(60) / RATE
    chains = link_faces(sightings({frame: [walker(frame)] for frame in seen}, frames, sure), times, 0.2)
    for frame, boxes in enumerate(list_covers(chains, times)):
        assert covered_share(walker(frame), boxes) >= 0.9, frame


def test_somebody_who_runs_is_followed():
    """A third of a face a frame: as far as a whole face from one look to the next."""
    frames, times = list(range(0, 30, 3)), np.arange(28) / RATE
    chains = link_faces(sightings({frame: [walker(frame, 8.0)] for frame in frames}, frames), times, 0.2)
    for frame, boxes in enumerate(list_covers(chains, times)):
        assert len(boxes) == 1 and covered_share(walker(frame, 8.0), boxes) >= 0.9


def test_one_detection_covers_its_neighbours_too():
    times = np.arange(30, dtype=float)  # a frame a second: no neighbour is near
    chains = link_faces(sightings({12: [(50, 50, 70, 75)]}, list(range(30))), times, 0.2)
    assert [frame for frame, boxes in enumerate(list_covers(chains, times)) if len(boxes)] == [11, 12, 13]


def test_what_was_never_sure_is_not_covered():
    times = np.arange(60) / RATE
    faint = sightings(
        {frame: [walker(frame)] for frame in range(0, 60, 3)}, list(range(0, 60, 3)), dict.fromkeys(range(60), 0.18)
    )
    assert link_faces(faint, times, 0.2) == []


def test_two_faces_that_pass_each_other_stay_covered():
    times = np.arange(60) / RATE
    pairs = {frame: [walker(frame), (190 - 3 * frame, 52, 210 - 3 * frame, 76)] for frame in range(0, 60, 3)}
    for frame, boxes in enumerate(list_covers(link_faces(sightings(pairs, list(range(0, 60, 3))), times, 0.2), times)):
        assert covered_share(walker(frame), boxes) >= 0.9


def test_the_faster_the_larger():
    times = np.arange(31) / RATE
    areas = []
    for speed in (0, 4, 8):
        chains = link_faces(
            sightings({f: [walker(f, speed)] for f in range(0, 31, 3)}, list(range(0, 31, 3))), times, 0.2
        )
        box = list(list_covers(chains, times))[16][0]
        areas.append((box[2] - box[0]) * (box[3] - box[1]))
    assert areas[0] < areas[1] < areas[2]


@pytest.mark.parametrize("rate", [5, 10, 25, 30, 60])
def test_looks_are_close_in_time(rate):
    frames = [SimpleNamespace(time=Fraction(k, rate), rgb=None) for k in range(40)]
    seen = scan_frames(frames, [WholeSearch(lambda _: np.zeros((0, 5)))], 3)
    apart = np.diff(seen.sightings.frames)
    assert seen.sightings.frames[0] == 0 and seen.sightings.frames[-1] == 39
    assert apart.max() <= 3 and (apart.max() / rate <= 0.15 or apart.max() == 1)
    assert len(seen.times) == 40


def test_a_jerky_video_is_looked_at_on_both_sides_of_a_jump():
    times = [Fraction(k, 30) for k in range(5)] + [Fraction(2) + Fraction(k, 30) for k in range(5)]
    seen = scan_frames([SimpleNamespace(time=time, rgb=None) for time in times], [], 3)
    assert {4, 5} <= set(seen.sightings.frames.tolist())


# ---- covering -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("mirrored", [False, True])
@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
@pytest.mark.parametrize("aspect", [Fraction(1), Fraction(4, 3)])
def test_boxes_find_their_place_on_stored_planes(rotation, mirrored, aspect):
    """A stored picture with one bright spot is turned upright; the spot's box leads back to it."""
    shape = Shape((60, 40), aspect, rotation, mirrored)
    plane = np.zeros((40, 60), np.uint8)
    plane[8:16, 45:51] = 255
    wide = np.kron(plane, np.ones((1, 4), np.uint8))[:, ::3][:, : shape.stretched[0]] if aspect != 1 else plane
    rows, columns = np.nonzero(shape.turn(wide))
    box = (columns.min(), rows.min(), columns.max() + 1, rows.max() + 1)
    assert np.abs(to_stored(np.array([box]), shape)[0] - (45, 8, 51, 16)).max() <= 1


@pytest.mark.parametrize("depth", [8, 10, 12])
@pytest.mark.parametrize("method", METHODS)
def test_what_is_covered_is_gone_and_all_else_is_untouched(method, depth):
    values = np.random.default_rng(3)
    top, dtype = 1 << depth, np.uint8 if depth == 8 else np.uint16
    before = tuple(values.integers(0, top, size).astype(dtype) for size in ((90, 120), (45, 60), (45, 60)))
    planes = tuple(plane.copy() for plane in before)
    cover(planes, np.array([(40.0, 30, 70, 66), (110, 80, 140, 100)]), Shape((120, 90)), method, depth)
    mask = draw_ellipses((120, 90), np.array([(40, 30, 70, 66), (110, 80, 140, 100)]))
    assert mask[30:66, 40:70].all()
    assert (planes[0][~mask] == before[0][~mask]).all()
    assert planes[0][30:66, 40:70].std() < 0.3 * before[0][30:66, 40:70].std()
    assert (planes[0][mask] == before[0][mask]).mean() < 0.05


@pytest.mark.parametrize("box", [(-30, -30, -5, -5), (130, 20, 140, 30), (-10, -10, 300, 300), (5, 5, 5, 5)])
def test_boxes_beyond_the_picture_are_no_fault(box):
    planes = tuple(np.zeros(size, np.uint8) for size in ((90, 120), (45, 60), (45, 60)))
    cover(planes, np.array([box], float), Shape((120, 90)), "blur", 8)


# ---- whole videos ---------------------------------------------------------------------------------------------------


def in_the_middle(rgb):
    height, width = rgb.shape[:2]
    return np.array([[0.4 * width, 0.4 * height, 0.6 * width, 0.6 * height, 0.9]])


JERKY = [Fraction(k * k, 200) + Fraction(k, 30) for k in range(30)]
KINDS = [
    pytest.param("a.mp4", {"audio": True}, id="with sound"),
    pytest.param("a.mp4", {}, id="without sound"),
    pytest.param("a.mp4", {"rotation": 90}, id="turned"),
    pytest.param("a.mp4", {"mirrored": True, "rotation": 270}, id="mirrored and turned"),
    pytest.param("a.mp4", {"pixel_aspect": Fraction(4, 3)}, id="wide pixels"),
    pytest.param("a.mkv", {"pixel_format": "yuv420p10le", "colour": PQ}, id="10-bit PQ"),
    pytest.param("a.mov", {"codec": "prores_ks", "pixel_format": "yuv422p10le", "b_frames": 0}, id="10-bit 4:2:2"),
    pytest.param("a.mkv", {"codec": "ffv1", "pixel_format": "yuv420p12le", "b_frames": 0}, id="12-bit"),
    pytest.param("a.mkv", {"codec": "ffv1", "pixel_format": "bgr0", "b_frames": 0}, id="RGB"),
    pytest.param("a.mkv", {"codec": "ffv1", "pixel_format": "gray", "b_frames": 0}, id="grey"),
    pytest.param("a.mp4", {"colour": Colour("bt709", "bt709", "bt709", "pc")}, id="full range"),
    pytest.param("a.mp4", {"times": JERKY}, id="variable rate"),
    pytest.param("a.mp4", {"times": [Fraction(3, 2) + Fraction(k, 25) for k in range(30)]}, id="late start"),
    pytest.param("a.ts", {"times": [Fraction(7, 5) + Fraction(k, 25) for k in range(30)]}, id="MPEG-TS"),
    pytest.param("a.avi", {}, id="AVI"),
    pytest.param("a.mp4", {"numbers": [7]}, id="a single frame"),
    pytest.param("a.mkv", {"codec": "ffv1", "size": (101, 75), "b_frames": 0}, id="odd size"),
]


@pytest.mark.slow
@pytest.mark.parametrize(("name", "options"), KINDS)
def test_frames_times_sound_and_tags_are_those_of_the_source(tmp_path, name, options):
    if "codec" not in options:
        options = options | {"options": {"crf": "4"}}  # a copy has the quality of its source
    source = make_video(tmp_path / name, **{"size": (128, 96)} | options)
    target = tmp_path / "out.mp4"
    options = {"every": 3, "sure": 0.2, "method": "solid", "crf": 4}
    figures, found, times = process.deface_video(source, target, [WholeSearch(in_the_middle)], **options)
    with open_video(source) as before, open_video(target) as after:
        pairs = list(zip(before.frames(), after.frames(), strict=True))
        assert [frame.time for _, frame in pairs] == [frame.time for frame, _ in pairs]
        assert after.size == before.size and after.shape == before.shape
        assert after.depth == before.depth
        if before.pixel_format.startswith(("yuv", "gray")):
            usual = "pc" if before.pixel_format == "gray" else "tv"  # what no range means, and some encoders then say
            ranges = [own.colour.range.replace("unknown", usual) for own in (before, after)]
            assert replace(after.colour, range="") == replace(before.colour, range="") and len(set(ranges)) == 1
        for ours, theirs in pairs:
            assert is_upright(theirs.rgb) or before.pixel_format == "gray"
            rows, columns = (slice(2 * side // 5, 3 * side // 5) for side in theirs.rgb.shape[:2])
            assert np.ptp(theirs.rgb[rows, columns].mean(2)) < 40  # the grid's cells there are one grey
            assert np.abs(theirs.rgb[:8].astype(int) - ours.rgb[:8]).mean() < 6
    with av.open(str(source)) as before, av.open(str(target)) as after:
        theirs, ours = (
            [
                (packet.pts * packet.time_base, bytes(packet))
                for packet in file.demux(*file.streams.audio)
                if packet.size
            ]
            if file.streams.audio
            else []
            for file in (before, after)
        )
        assert ours == theirs
    assert figures["frames"] == len(pairs) == len(times) and len(found) == 1


def test_the_same_video_gives_the_same_bytes(tmp_path):
    source = make_video(tmp_path / "a.mp4", size=(128, 96), audio=True)
    for name in ("one.mp4", "two.mp4"):
        process.deface_video(
            source, tmp_path / name, [WholeSearch(in_the_middle)], every=3, sure=0.2, method="blur", crf=18
        )
    assert (tmp_path / "one.mp4").read_bytes() == (tmp_path / "two.mp4").read_bytes()


def test_a_video_without_a_face_is_linked(tmp_path):
    source = make_video(tmp_path / "a.mp4")
    record, found, times = deface(source, tmp_path / "out.mp4", as_probe(probe(source) | {"video": "a"}), SETTINGS)
    assert record["status"] == "linked" and not found and len(times) == 30
    assert (tmp_path / "out.mp4").is_symlink() and (tmp_path / "out.mp4").samefile(source)


def test_a_rejected_video_gives_an_empty_one_with_its_reason(tmp_path):
    (tmp_path / "a").write_bytes(b"no video at all")
    record, found, times = deface(
        tmp_path / "a", tmp_path / "out.mp4", as_probe(probe(tmp_path / "a") | {"video": "a"}), SETTINGS
    )
    assert record["status"] == "unusable" and record["detail"]
    assert (tmp_path / "out.mp4").read_bytes() == b""
    write_faces(tmp_path / "found.npz", found, times)
    assert audit(tmp_path / "out.mp4", record, read_faces(tmp_path / "found.npz"), [], 5)["looked_at"] == 0


def test_none_looks_for_nothing(tmp_path):
    source = make_video(tmp_path / "a.mp4")
    settings = replace(SETTINGS, method="none")
    assert (
        deface(source, tmp_path / "out.mp4", as_probe(probe(source) | {"video": "a"}), settings)[0]["status"] == "off"
    )
    assert (tmp_path / "out.mp4").samefile(source)


# ---- the detector ---------------------------------------------------------------------------------------------------


def test_a_face_is_found_and_covered_and_the_audit_sees_what_is_not():
    picture = np.ascontiguousarray(load_photo("astronaut")[:300, 60:460])
    face = np.array([(FACE[0] - 60, FACE[1], FACE[2] - 60, FACE[3])], float)
    finder = open_face_finder(0.2, 1920)
    found = finder(picture)
    assert len(found) == 1 and draw_ellipses((400, 300), found[:, :4])[62:180, 121:210].mean() > 0.9
    assert find_uncovered(picture, np.zeros((0, 4)), [finder]).tolist() == [True]
    assert find_uncovered(picture, face, [finder]).tolist() == [False]


def test_the_audit_counts_faces_from_its_threshold_on():
    picture = np.ascontiguousarray(load_photo("astronaut")[:300, 60:460])
    ((*_, score),) = open_face_finder(0.2, 1920)(picture)
    counts = [sum(len(find(picture)) for find in open_finders(FinderSettings(score + off))) for off in (-0.01, 0.01)]
    assert counts == [1, 0]


def test_only_segmenting_and_defacing_read_the_undefaced_video():
    readers = {"rules.tracks_link.output": set(), "rules.sources_link.output.video": set()}
    for rule in rules(ROOT):
        for name, own in readers.items():
            if word_of(rule.file.stem) == "tracks" and name in rule.directives.get("input", ""):
                own.add(rule.name)
    assert readers["rules.tracks_link.output"] == {"tracks_segment", "tracks_deface", "tracks"}
    # the pictures before and after are of those videos alone that may be shown
    assert readers["rules.sources_link.output.video"] == {"tracks_link", "tracks_preview"}
    preview = next(rule for rule in rules(ROOT) if rule.name == "tracks_preview")
    assert "only(TRACKS_SHOWN)" in preview.directives["wildcard_constraints"]


# ---- what is said of it ---------------------------------------------------------------------------------------------


def told(**changes):
    probe = Probe("a", "ok", "", displayed_size=(64, 48), audio=changes.get("audio", ""))
    record = {"video": "a", "status": "covered", "detail": "", "frames": 9, "chains": 1, "covered_frames": 5}
    record |= {"sound": ""}
    seen = {"frames": 9, "times_off": 0.0, "size": [64, 48], "sound": False, "looked_at": 3, "seen": 1, "open": 0}
    record = {name: changes.get(name, value) for name, value in record.items()}
    return probe, record, {name: changes.get(f"written_{name}", value) for name, value in seen.items()}


@pytest.mark.parametrize(
    ("changes", "broken"),
    [
        ({}, 0),
        ({"written_frames": 8}, 1),
        ({"written_times_off": 0.01}, 1),
        ({"written_size": [48, 64]}, 1),
        ({"audio": "aac"}, 1),
        ({"audio": "wmav2", "sound": "left out: an mp4 can't hold it"}, 0),
        ({"written_looked_at": 0}, 1),
        ({"status": "off", "written_frames": 0}, 0),
    ],
)
def test_broken_promises_are_found(changes, broken):
    assert sum(not own.ok for own in check_privacy([told(**changes)])) == broken


@pytest.mark.parametrize(
    ("covered", "begins"),
    [(False, "FACES ARE SHOWN"), (True, "Objects")],
)
def test_the_card_says_first_that_nothing_was_covered(covered, begins):
    card = describe_dataset(CardFacts(covered=covered))
    assert card.description.startswith(begins)
    assert "no licence plates" in card.privacy or not covered
