"""Association of detections, and how well it fits a truth that one knows."""

import tracemalloc
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

from framewright.tracks.meta import new_track, read_tracks, write_tracks
from framewright.tracks.objects.accuracy import keep_trackable, measure_accuracy, measure_purity, measure_video
from framewright.tracks.objects.accuracy_table import accuracy_sentence, format_accuracy, make_accuracy_page
from framewright.tracks.objects.associate import FrameDetections, find_tracklets, suppress_overlaps
from framewright.tracks.objects.options import Association, Keep
from framewright.tracks.objects.select import make_track, make_tracks
from framewright.truth import NOTHING, Object, Truth

SIZE = (640, 360)
NAMES = ["cat", "dog", "bird"]


def frame(time: float, *things: tuple) -> FrameDetections:
    """Seen from (box, score, class probabilities...)."""
    return FrameDetections(
        time,
        np.array([box for box, *_ in things], float).reshape(-1, 4),
        np.array([score for _, score, *_ in things], float),
        np.array([classes for _, _, *classes in things], float).reshape(len(things), -1 if things else 3),
    )


def box_at(time: float, left: float = 0.0, side: float = 160) -> list[float]:
    x = left + 30 * time
    return [x, 100, x + side, 100 + side]


def shot(seconds: float, start: float = 0.0, gaps=(), classes=(0.8, 0.1, 0.1), score=0.9, left=0.0, side=160):
    """One thing that moves to the right, unseen within `gaps`; of such a shot, one frame every 1/16 s."""
    times = start + np.arange(round(seconds * 16) + 1) / 16
    return [
        frame(t) if any(a <= t < b for a, b in gaps) else frame(t, (box_at(t, left, side), score, *classes))
        for t in times
    ]


def together(*shots):
    return [
        FrameDetections(
            same[0].time,
            np.concatenate([own.boxes for own in same]),
            np.concatenate([own.scores for own in same]),
            np.concatenate([own.classes.reshape(-1, 3) for own in same]),
        )
        for same in zip(*shots, strict=True)
    ]


def test_one_thing_is_one_chain_with_all_its_detections():
    (own,) = find_tracklets(shot(4))
    assert own.times.tolist() == (np.arange(65) / 16).tolist()  # the first one, too
    assert np.allclose(own.boxes, [box_at(t) for t in own.times])
    assert own.scores.shape == (65,) and own.sums.shape == (4, 3)


def test_the_history_is_kept_over_a_gap():
    """The origin's parser loses what was before a re-activation."""
    (own,) = find_tracklets(shot(6, gaps=[(2, 2.6)]))
    assert own.times[0] == 0 and own.times[-1] == 6
    assert len(own.times) == 97 - 10 and (np.diff(own.times) > 0).all()


@pytest.mark.parametrize("across", [0, 1], ids=["pan", "tilt"])
def test_a_thing_that_the_cameras_turn_throws_aside_stays_one(across):
    """The frame jumps by more than the thing is large, and the camera's motion says by how much."""
    jump = [0.0, 0.0]
    jump[across] = 120.0
    moved = np.array([1, 0, jump[0], 0, 1, jump[1]])
    before = [frame(n / 16, ([50, 50, 110, 110], 0.9, 0.8, 0.1, 0.1)) for n in range(20)]
    box = [50 + jump[0], 50 + jump[1], 110 + jump[0], 110 + jump[1]]
    after = [frame(n / 16, (box, 0.9, 0.8, 0.1, 0.1)) for n in range(20, 40)]
    assert len(find_tracklets([*before, *after])) == 2
    assert len(find_tracklets([*before, replace(after[0], motion=moved), *after[1:]])) == 1


def test_after_a_long_loss_another_chain_begins():
    assert [len(own.times) for own in find_tracklets(shot(8, gaps=[(2, 5)]))] == [32, 49]


def test_things_far_apart_are_different_chains_in_the_order_they_begin():
    both = together(shot(4, left=300), shot(4, left=0))
    assert [own.boxes[0][0] for own in find_tracklets(both)] == [0, 300]


def test_what_changes_its_class_is_still_one_thing():
    """Class flips double tracks where the overlap is looked at class by class."""
    dogs = shot(4, classes=(0.1, 0.8, 0.1), score=0.6)
    cats = shot(4, classes=(0.7, 0.2, 0.1), score=0.55, left=4)
    assert len(find_tracklets(together(dogs, cats))) == 1
    flipping = [own if k % 3 else other for k, (own, other) in enumerate(zip(dogs, cats, strict=True))]
    (own,) = find_tracklets(flipping)
    assert make_track(own, "v", SIZE, NAMES).names[0] == "dog"


def test_an_unseen_thing_does_not_become_what_appears_in_front_of_it():
    """A car that the detector misses for a second while somebody steps out before it: no identity wanders."""
    times = np.arange(81) / 16
    car, somebody = [100, 100, 300, 200], [120, 90, 220, 215]  # they overlap by 0.44
    frames = [
        frame(t, *([] if 2 <= t < 3 else [(car, 0.9, 0.02, 0.9)]), *([(somebody, 0.8, 0.8, 0.03)] if t > 2.2 else []))
        for t in times
    ]
    parked, walker = find_tracklets(frames)
    assert np.allclose(parked.boxes, car) and len(parked.times) == 65
    assert np.allclose(walker.boxes, somebody) and len(walker.times) == 45


def test_another_class_goes_on_only_where_it_lies_nearly_in_the_same_place():
    dogs, cats = shot(4, classes=(0.1, 0.8, 0.1)), shot(4, classes=(0.8, 0.1, 0.1), left=80)
    assert len(find_tracklets(dogs[:32] + shot(4, classes=(0.8, 0.1, 0.1))[32:])) == 1
    assert [len(own.times) for own in find_tracklets(dogs[:32] + cats[32:])] == [32, 33]


def test_a_thing_does_not_go_on_as_one_of_another_shape():
    """A bus that leaves a car free: the overlap would do, a side that more than doubles does not."""
    high = [frame(k / 16, ([100, 100, 200, 340], 0.9, 1, 0, 0)) for k in range(32)]
    low = [frame(k / 16, ([100, 100, 200, 200], 0.9, 1, 0, 0)) for k in range(32, 64)]
    assert [len(own.times) for own in find_tracklets(high + low)] == [32, 32]


@pytest.mark.slow
def test_memory_does_not_grow_with_the_classes_of_each_frame():
    """Of 1,203 classes, 100 s of five things would be 77 MB, if each frame's were kept."""
    lines = [box_at(0, left, 60) for left in range(0, 600, 120)]
    probabilities = np.linspace(0.9, 0.0, 1203, dtype=np.float32)
    names = [f"class {k}" for k in range(1203)]

    def peak(frames: int) -> int:
        def film():
            for k in range(frames):
                yield FrameDetections(k / 16, np.array(lines), np.full(5, 0.9), np.tile(probabilities, (5, 1)))

        tracemalloc.start()
        found, _ = make_tracks("v", SIZE, names, [film()], keep=Keep(1, 0.001))
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert len(found) == 5 and all(own.labels == tuple(range(10)) for own in found)
        return most

    assert peak(1600) - peak(160) < 3e6


def test_faint_detections_go_on_with_a_track_but_begin_none():
    strong, faint = shot(4), shot(4, score=0.15)
    assert [len(own.times) for own in find_tracklets(strong[:30] + faint[30:])] == [65]
    assert find_tracklets(faint) == []
    assert find_tracklets(shot(4, score=0.05)) == []


def test_nothing_in_nothing_out():
    assert find_tracklets([]) == [] and find_tracklets([frame(0.0), frame(1 / 16)]) == []
    assert make_tracks("v", SIZE, NAMES, []) == ([], {"unconfirmed": 0, "short": 0, "small": 0, "duplicate": 0})


def test_of_overlapping_detections_the_surest_stays():
    found = frame(0.0, ([0, 0, 100, 100], 0.5, 1, 0), ([5, 0, 105, 100], 0.9, 0, 1), ([200, 0, 300, 100], 0.2, 1, 0))
    kept = suppress_overlaps(found, 0.7)
    assert kept.scores.tolist() == [0.9, 0.2] and kept.classes.tolist() == [[0, 1], [1, 0]]
    assert suppress_overlaps(found, 0.95).scores.tolist() == [0.9, 0.5, 0.2]
    assert suppress_overlaps(frame(0.0), 0.7).boxes.shape == (0, 4)


def test_suppression_is_not_passed_on():
    """The middle one goes because of the first; the last one overlaps the middle one alone, and stays."""
    row = frame(0.0, ([0, 0, 100, 10], 0.9, 1), ([15, 0, 115, 10], 0.8, 1), ([30, 0, 130, 10], 0.7, 1))
    assert suppress_overlaps(row, 0.7).scores.tolist() == [0.9, 0.7]


# ---- tracks ---------------------------------------------------------------------------------------------------------


def test_no_track_crosses_a_cut():
    """The same thing on both sides of a cut: two tracks, as each shot is followed by itself."""
    found, _ = make_tracks("v", SIZE, NAMES, [shot(4), shot(4, start=4 + 1 / 16)])
    assert sorted((own.times[0], own.times[-1]) for own in found) == [(0, 4), (4.0625, 8.0625)]


@pytest.mark.parametrize(
    ("seconds", "side", "kept"),
    [
        pytest.param(3, 160, True, id="three seconds, ninth of the frame"),
        pytest.param(2.9, 160, False, id="shorter than three seconds"),
        pytest.param(4, 152, True, id="a tenth of the frame"),
        pytest.param(4, 151, False, id="less than a tenth"),
    ],
)
def test_short_and_small_tracks_are_dropped_and_counted(seconds, side, kept):
    found, dropped = make_tracks("v", SIZE, NAMES, [shot(seconds, side=side)])
    assert len(found) == kept and sum(dropped.values()) == (not kept)
    assert len(make_tracks("v", SIZE, NAMES, [shot(1, side=20)], keep=Keep(0.5, 0.001))[0]) == 1


def test_what_lies_outside_the_frame_has_no_area():
    beyond = [frame(k / 16, ([-300, 100, 40, 300], 0.9, 1, 0, 0)) for k in range(80)]
    assert make_tracks("v", SIZE, NAMES, [beyond])[1] == {"unconfirmed": 0, "short": 0, "small": 1, "duplicate": 0}


def test_two_tracks_of_one_thing_are_one():
    """Two boxes of one thing that a lax suppression leaves: within the frame they cover nearly the same."""
    both = together(shot(4), shot(4, left=7))
    found, dropped = make_tracks("v", SIZE, NAMES, [both], Association(nms=0.99))
    assert len(found) == 1 and dropped["duplicate"] == 1


def test_classes_are_voted_over_the_whole_track():
    """A third of the frames are surely a cat, in the others it is a dog, less surely seen."""
    probabilities = [(0.9, 0.05, 0.05) if k % 3 == 0 else (0.2, 0.7, 0.1) for k in range(65)]
    scores = [0.5 if k % 3 == 0 else 0.9 for k in range(65)]
    frames = [frame(k / 16, (box_at(k / 16), scores[k], *probabilities[k])) for k in range(65)]
    ((own,), _) = make_tracks("v", SIZE, NAMES, [frames])
    p, w = np.array(probabilities), np.array(probabilities) * np.array(scores)[:, None]
    assert own.names == ("dog", "cat", "bird") and own.labels == (1, 0, 2)
    order = [1, 0, 2]
    assert own.probability == pytest.approx(p.mean(0)[order], abs=1e-6)
    assert own.probability_spread == pytest.approx(p.std(0)[order], abs=1e-6)  # of the population
    assert own.score == pytest.approx(w.mean(0)[order], abs=1e-6)
    assert own.score_spread == pytest.approx(w.std(0)[order], abs=1e-6)


def test_ten_classes_are_kept():
    classes = np.linspace(0.9, 0.1, 30)
    frames = [frame(k / 16, (box_at(k / 16), 0.9, *classes)) for k in range(65)]
    ((own,), _) = make_tracks("v", SIZE, [f"class {k}" for k in range(30)], [frames])
    assert own.labels == tuple(range(10)) and len(own.score_spread) == 10


def test_tracks_come_by_their_ids_and_survive_their_file(tmp_path):
    found, _ = make_tracks("v", SIZE, NAMES, [together(shot(4), shot(4, left=300)), shot(5, start=10)])
    assert len(found) == 3 and [own.tid for own in found] == sorted({own.tid for own in found})
    write_tracks(tmp_path / "v-meta.jsonl.gzip", found)
    assert [own.tid for own in read_tracks(tmp_path / "v-meta.jsonl.gzip")] == [own.tid for own in found]


# ---- accuracy -------------------------------------------------------------------------------------------------------


def truth_of(*objects, frames=64):
    things = [
        Object(np.arange(frames), np.array(boxes, float), np.broadcast_to(visible, frames), id=k + 1, name=name)
        for k, (boxes, visible, name) in enumerate(objects)
    ]
    return Truth(SIZE, Fraction(16), frames, objects=tuple(things))


FIRST = [box_at(k / 16) for k in range(64)]
SECOND = [box_at(k / 16, left=300) for k in range(64)]
TIMES = np.arange(64) / 16


def test_perfect_tracks_score_one():
    own = measure_accuracy(truth_of((FIRST, 1, "cat"), (SECOND, 1, "dog")), TIMES, [(TIMES, FIRST), (TIMES, SECOND)])
    assert (own.hota, own.idf1, own.mota, own.switches) == (1, 1, 1, 0)


def test_a_track_in_two_halves_costs_association_alone():
    """IDF1 1/2 of 64 + 64 boxes; HOTA sqrt(DetA 1 x AssA 1/2), as its paper defines them."""
    halves = [(TIMES[:32], FIRST[:32]), (TIMES[32:], FIRST[32:])]
    own = measure_accuracy(truth_of((FIRST, 1, "cat")), TIMES, halves)
    assert own.detection == 1 and own.association == pytest.approx(0.5)
    assert own.hota == pytest.approx(np.sqrt(0.5)) and own.idf1 == pytest.approx(0.5) and own.switches == 1


def test_missed_and_false_boxes_cost_detection():
    real = truth_of((FIRST, 1, "cat"), (SECOND, 1, "dog"))
    assert measure_accuracy(real, TIMES, [(TIMES, FIRST)]).detection == pytest.approx(0.5)
    assert measure_accuracy(real, TIMES, []).hota == 0
    three = [(TIMES, FIRST), (TIMES, SECOND), (TIMES, [box_at(0, 400, 60)] * 64)]
    assert measure_accuracy(real, TIMES, three).mota == pytest.approx(0.5)


def test_what_is_hidden_or_of_another_class_counts_neither_way():
    real = truth_of((FIRST, 1, "cat"), (SECOND, 0.1, "dog"))
    for found in ([(TIMES, FIRST)], [(TIMES, FIRST), (TIMES, SECOND)]):
        assert measure_accuracy(real, TIMES, found).mota == 1
    other = truth_of((FIRST, 1, "cat"), (SECOND, 1, "kite"))
    assert measure_accuracy(other, TIMES, [(TIMES, FIRST)], names={"cat", "dog"}).hota == 1


def test_of_the_truth_that_counts_which_a_track_may_be():
    """The second is a ninth of the frame, the third gone after 1 s: neither is missed, nor wrong to find."""
    large = [[100, 0, 340, 320]] * 64
    real = truth_of((large, 1, "cat"), (SECOND, 1, "dog"), ([[400, 0, 640, 320]] * 64, [1] * 17 + [0] * 47, "bus"))
    fair = keep_trackable(real, Keep(3.0, 0.2))
    assert [thing.id for thing in fair.objects] == [1] and len(fair.ignore) == 2
    for found in ([(TIMES, large)], [(TIMES, large), (TIMES, SECOND)]):
        assert measure_accuracy(fair, TIMES, found).hota == 1
    assert len(keep_trackable(real, Keep(0.8, 0.09)).objects) == 3
    assert len(keep_trackable(real, Keep(0.9, 0.1)).objects) == 1  # hardly so long, hardly so large
    assert keep_trackable(real, Keep(9.0, 0.1)).objects == ()


def test_a_video_is_measured_in_what_was_searched_of_it():
    """A thing on both sides of a cut is two, as nothing is followed across; between the segments nothing is missed."""
    real = truth_of((FIRST, 1, "cat"))
    record = {"segments": [{"times": TIMES[:24].tolist()}, {"times": []}, {"times": TIMES[40:].tolist()}]}
    halves = [new_track("v", SIZE, TIMES[part], np.array(FIRST)[part]) for part in (slice(0, 24), slice(40, 64))]
    own = measure_video(real, record, halves, Keep(1.0, 0.05))
    assert (own.hota, own.idf1, own.recall, own.switches) == (1, 1, 1, 0)
    assert measure_video(real, record, halves[:1], Keep(1.0, 0.05)).recall == pytest.approx(0.5)
    assert measure_video(real, record, halves, Keep(1.45, 0.05)) is None  # 23 and 23 steps of 1/16 s
    assert measure_video(NOTHING, {"segments": []}, [], Keep(1.0, 0.05)) is None


def test_right_objects_of_classes_that_nobody_annotated_are_not_false():
    """The truth knows the cat alone; a track of a kite is neither right nor wrong, whatever it shows."""
    real = truth_of((FIRST, 1, "cat"))
    record = {"segments": [{"times": TIMES.tolist()}]}
    cat, kite = (
        new_track("v", SIZE, TIMES, np.array(boxes), [0, 1], names)
        for boxes, names in ((FIRST, ("cat", "kite")), (SECOND, ("kite", "cat")))
    )
    accuracy = measure_video(real, record, [cat, kite], Keep(1.0, 0.05))
    assert (accuracy.hota, accuracy.mota, accuracy.classes) == (1, 1, ("cat",))
    assert accuracy.purities == ((cat.tid, 1.0),)
    assert accuracy_sentence(format_accuracy({"v": accuracy})).endswith("v: HOTA 1.00, IDF1 1.00, purity 1.00 (cat).")
    # a detector with other names for everything is scored all the same
    tom = new_track("v", SIZE, TIMES, np.array(FIRST), [0], ("tom",))
    assert measure_video(real, record, [tom], Keep(1.0, 0.05)).hota == 1


@pytest.mark.parametrize("share", [0.25, 0.5, 0.75])
def test_purity_is_the_share_of_frames_that_show_the_main_object(share):
    real = truth_of((FIRST, 1, "cat"), (SECOND, 1, "dog"))
    first = round(share * 64)
    mixed = np.concatenate([np.array(FIRST)[:first], np.array(SECOND)[first:]])
    assert measure_purity(real, TIMES, mixed) == max(share, 1 - share)
    assert measure_purity(real, TIMES, np.array(FIRST)) == 1
    assert measure_purity(real, TIMES, np.array(FIRST) + 2000) == 0


def test_truth_of_another_rate_is_taken_at_the_nearest_frame():
    boxes = np.array([box_at(k / 25) for k in range(100)])
    thing = Object(np.arange(100), boxes, np.ones(100), id=1, name="cat")
    real = Truth(SIZE, Fraction(25), 100, objects=(thing,))
    assert measure_accuracy(real, TIMES, [(TIMES, FIRST)]).hota > 0.95


def test_the_table_has_a_row_for_each_video():
    own = replace(measure_accuracy(truth_of((FIRST, 1, "cat")), TIMES, [(TIMES, FIRST)]), classes=("cat",))
    assert format_accuracy({"a": own}).splitlines()[1] == "a" + "\t1.0000" * 7 + "\t0\tcat\t"
    each = replace(own, purities=(("abc", 1.0), ("def", 0.875)))
    assert format_accuracy({"a": each}).splitlines()[1].endswith("\tcat\tabc=1.0000 def=0.8750")
    assert "abc" not in make_accuracy_page(format_accuracy({"a": each}))
    assert "<td>a</td>" in make_accuracy_page(format_accuracy({"a": own})) and "None is known." in make_accuracy_page(
        format_accuracy({})
    )
    assert (
        accuracy_sentence(format_accuracy({"a": own})).endswith(": a: HOTA 1.00, IDF1 1.00, purity 1.00 (cat).")
        and accuracy_sentence(format_accuracy({})) == ""
    )
