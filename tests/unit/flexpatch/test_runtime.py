"""The runtime: objects are found in all frames while the detector sees a part of some."""

import subprocess
import sys
import textwrap
from types import SimpleNamespace

import cv2
import numpy as np
import pytest
from moving import SIZE, Finder, draw, ground

from framewright.boxes import compute_iou
from framewright.detector import Detections, Network
from framewright.errors import UserError
from framewright.flexpatch.follow.follower import Track
from framewright.flexpatch.runtime import overlay
from framewright.flexpatch.runtime.detector_adapter import adapt_detector, from_onnxruntime
from framewright.flexpatch.runtime.failing import TrackingFailureRecommender
from framewright.flexpatch.runtime.meter import Meter
from framewright.flexpatch.runtime.runtime import FlexPatch as Runtime
from framewright.flexpatch.runtime.schedule import Schedule
from framewright.flexpatch.runtime.slices import cut_slices, detect_in_slices
from framewright.flexpatch.samples.options import DetectorSettings
from framewright.flexpatch.samples.truth import build_detector

CLUSTER = (320, 180)


def FlexPatch(*arguments, **options):
    """The runtime with fixed bounds for its model, unless a test says otherwise."""
    return Runtime(*arguments, **{"tf_model_path": None} | options)


def shown(runtime, frames):
    """What a runtime shows of each frame, (boxes, labels, numbers) by frame."""
    return [runtime.process_frame(draw(*frame)) for frame in frames]


def boxes_of(things):
    return np.array([thing.box for thing in things]).reshape(-1, 4)


def row(count, side=24, speed=2.0, frames=20):
    """So many things side by side, that all move to the right."""
    start = [(20 + 60 * (k % 9), 20 + 70 * (k // 9)) for k in range(count)]
    labels = [k % 2 for k in range(count)]
    return [([(x + speed * t, y, x + speed * t + side, y + side) for x, y in start], labels) for t in range(frames)]


def test_every_object_is_shown_in_every_frame_with_its_class_and_number():
    frames = row(12)
    finder = Finder()
    runtime = FlexPatch(finder, SIZE, CLUSTER)
    for things, (boxes, labels) in zip(shown(runtime, frames), frames, strict=True):
        overlaps = compute_iou(np.array(boxes), boxes_of(things))
        assert overlaps.max(axis=1).min() > 0.7, "tracks and fresh ones, not those of the cluster alone"
        assert [things[best].label for best in overlaps.argmax(axis=1)] == labels
        assert sorted(thing.number for thing in things) == list(range(12))
    assert finder.seen == [SIZE] + [CLUSTER] * (len(frames) - 1), "a whole frame once, clusters from then on"


def test_nothing_is_read_as_a_size_that_is_a_corner():
    frames = [([(500, 300, 520, 330)], [1])] * 5
    for things in shown(FlexPatch(Finder(), SIZE, CLUSTER), frames):
        assert boxes_of(things)[0] == pytest.approx([500, 300, 520, 330], abs=2)


def test_with_every_third_frame_nothing_is_looked_at_in_between():
    finder = Finder()
    runtime = FlexPatch(finder, SIZE, CLUSTER, every=3)
    fresh = [any(thing.fresh for thing in things) for things in shown(runtime, row(4, frames=10))]
    assert not any(fresh[1:3] + fresh[4:6] + fresh[7:9]) and any(fresh[3:]) and len(finder.seen) == 4


@pytest.mark.slow
def test_a_new_object_is_found_where_no_track_is():
    before, after = ([(40, 40, 70, 70)], [0]), ([(40, 40, 70, 70), (500, 260, 530, 300)], [0, 1])
    things = shown(FlexPatch(Finder(), SIZE, CLUSTER), [before] * 3 + [after] * 60)[-1]
    assert compute_iou(np.array([[500, 260, 530, 300]]), boxes_of(things)).max() > 0.7
    assert sorted(thing.label for thing in things) == [0, 1]


def test_a_new_object_that_a_patch_cuts_off_is_first_looked_at_again():
    runtime = FlexPatch(Finder(), SIZE, CLUSTER)
    new = [150, 60, 250, 130]  # larger than a patch for new objects
    for things in shown(runtime, [([], [])] + [([new], [0])] * 40):
        for thing in things:
            assert compute_iou(np.array([new]), thing.box).max() > 0.7, "a part of it is never shown as an object"
    assert len(things) == 1


def test_an_object_larger_than_the_cluster_is_seen_as_a_whole():
    box = (100, 20, 560, 340)
    runtime = FlexPatch(Finder(), SIZE, CLUSTER, tf_ratio=1.0, use_ratio_packing=True)
    things = shown(runtime, [([box], [0])] * 6)[-1]
    assert things[0].fresh and boxes_of(things)[0] == pytest.approx(box, abs=6)
    assert runtime.placed[0].patch.scale < 1


def test_what_is_gone_is_looked_for_and_then_not_shown_any_more():
    frames = [([(100, 100, 140, 150), (400, 200, 440, 240)], [0, 1])] * 5 + [([(400, 200, 440, 240)], [1])] * 25
    things = shown(FlexPatch(Finder(), SIZE, CLUSTER), frames)[-1]
    assert [thing.label for thing in things] == [1]


@pytest.mark.slow
@pytest.mark.parametrize("every", [1, 3])
def test_every_track_is_looked_at_in_bounded_time(every):
    count, frames = 40, row(40, side=20, speed=0.0, frames=90)
    runtime = FlexPatch(Finder(), SIZE, (160, 90), every=every)
    # one track that always fails must not keep the others from their turn
    runtime.set_tf_model(type("Model", (), {"predict": lambda self, rows: ["high"] + ["low"] * (len(rows) - 1)})())
    longest = 0
    for frame in frames:
        runtime.process_frame(draw(*frame))
        longest = max(longest, *(track.unexamined for track in runtime.follower.tracks))
    assert len(runtime.follower.tracks) == count and longest <= 40 * every


def test_clusters_without_ratio_packing_take_turns():
    runtime, kinds = FlexPatch(Finder(), SIZE, (160, 90), tf_ratio=0.75, use_ratio_packing=False), ""
    for frame in row(24, frames=13):
        runtime.process_frame(draw(*frame))
        kinds += "N" if [own.patch.label for own in runtime.placed][:1] == ["new"] else "T"
    assert kinds[1:] == "TTTN" * 3


def test_two_objects_never_become_one():
    close = [([(100, 100, 130, 140), (134, 100, 164, 140)], [0, 1])] * 15
    for things in shown(FlexPatch(Finder(), SIZE, CLUSTER), close):
        assert sorted(thing.label for thing in things) == [0, 1]


# ---- what fails -----------------------------------------------------------------------------------------------------


def track(number, unexamined=0, score=0.9, **figures):
    figures = {"min_eig": 0.1, "ncc": 0.95, "accel": 0.1, "flow_std": 0.1} | figures
    box = np.array([100.0 + 20 * number, 100, 112 + 20 * number, 120])
    return Track(number, box, score, 0, unexamined=unexamined, **figures)


@pytest.mark.parametrize(
    ("figures", "label"),
    [({"ncc": 0.49}, "high"), ({"accel": 11}, "high"), ({"flow_std": 5.5}, "high"), ({"ncc": 0.69}, "medium"),
     ({"accel": 5.5}, "medium"), ({"flow_std": 2.5}, "medium"), ({}, "low"), ({"accel": float("nan")}, "low")],
)  # fmt: skip
def test_without_a_model_the_documented_bounds_hold(figures, label):
    assert TrackingFailureRecommender().predict([track(0, **figures)]) == [label]


def test_failing_tracks_come_first_and_of_equals_the_less_sure_one():
    tracks = [track(0), track(1, ncc=0.6), track(2, ncc=0.1), track(3, ncc=0.1, score=0.3)]
    patches = TrackingFailureRecommender().get_patches(tracks, None, SIZE)
    assert [patch.track for patch in patches] == [3, 2, 1, 0]
    assert patches[0].region == (154, 90, 178, 130), "twice as wide and high as its box"


def test_whoever_has_waited_long_enough_comes_before_those_that_fail():
    patches = TrackingFailureRecommender().get_patches([track(0, ncc=0.1), track(1, unexamined=30)], None, SIZE)
    assert [patch.track for patch in patches] == [1, 0]


def test_labels_that_a_model_has_besides_are_known():
    recommender = TrackingFailureRecommender()
    recommender.set_model(type("Model", (), {"predict": lambda self, rows: ["gone", "whatever", "medium"]})())
    assert recommender.predict([track(k) for k in range(3)]) == ["high", "low", "medium"]


# ---- detectors ------------------------------------------------------------------------------------------------------


def test_a_detector_with_end2end_is_taken_as_it_is():
    class Other:
        def end2end(self, picture):
            found = Finder()([picture])[0]
            return [
                (tuple(box), float(own.max()), int(own.argmax()))
                for box, own in zip(found.boxes, found.classes, strict=True)
            ]

    frames = row(6)
    for own, theirs in zip(
        shown(FlexPatch(Finder(), SIZE, CLUSTER), frames), shown(FlexPatch(Other(), SIZE, CLUSTER), frames), strict=True
    ):
        assert boxes_of(own).tolist() == boxes_of(theirs).tolist()
        assert [thing.label for thing in own] == [thing.label for thing in theirs]


def test_classes_may_be_numbers_or_the_scores_of_all():
    boxes, scores = np.array([[1, 2, 3, 4.0]]), np.array([0.8])
    for classes in (np.array([2]), np.array([[0.1, 0.0, 0.8]])):
        assert adapt_detector(lambda _, own=classes: [Detections(boxes, scores, own)])(ground())[2].tolist() == [2]


def test_what_is_no_detector_is_refused():
    with pytest.raises(UserError, match="str: not a detector"):
        FlexPatch("yolo.engine", SIZE)


def test_a_frame_of_another_size_is_refused():
    with pytest.raises(UserError, match="320x180"):
        FlexPatch(Finder(), SIZE).process_frame(ground((320, 180)))


def test_it_is_imported_without_what_takes_long():
    heavy = "torch", "sklearn", "pandas", "ultralytics", "onnxruntime"
    code = f"import sys, framewright.flexpatch.runtime.runtime; print([own for own in {heavy} if own in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd="scripts", check=True)
    assert done.stdout.strip() == "[]"


# ---- the documented examples ----------------------------------------------------------------------------------------

EXAMPLE = """
    # Load detector
    detector = YOLO("data/yolov10/yolov10m_640.engine")

    # Initialize FlexPatch with trained model
    flexpatch = FlexPatch(
        detector=detector,
        frame_size=(640, 360),
        tf_model_path="flexpatch_training/flexpatch_model.joblib",
    )

    # Process video
    import cv2
    cap = cv2.VideoCapture("video.avi")
    while cap.isOpened():
        ret, frame = cap.read()
        if not ret:
            break

        detections = flexpatch.process_frame(frame)
        everything.append(detections)

    # Load model
    recommender = TrackingFailureRecommender(
        model_path="flexpatch_training/flexpatch_model.joblib"
    )
    # Use in custom tracking loop
    patches = recommender.get_patches(tracked_objects, frame_, frame_size)
"""


def test_the_documented_examples_run(tmp_path, monkeypatch):
    rng = np.random.default_rng(0)
    folder = tmp_path / "flexpatch_training"
    folder.mkdir()
    rows = rng.random((90, 5))
    labels = np.array(["high", "medium", "low"])[(rows[:, 1] * 3).astype(int)]
    table = "\n".join(
        ",".join([*(f"{value:.4f}" for value in own), label]) for own, label in zip(rows, labels, strict=True)
    )
    (tmp_path / "training_data.csv").write_text(f"min_eig,ncc,accel,flow_std,confidence,iou_label\n{table}\n")
    monkeypatch.chdir(tmp_path)
    TrackingFailureRecommender().train_from_csv("training_data.csv", "flexpatch_training/flexpatch_model.joblib")
    writer = cv2.VideoWriter("video.avi", cv2.VideoWriter_fourcc(*"MJPG"), 25, SIZE)
    for frame in row(5, side=40, frames=6):
        writer.write(draw(*frame))
    writer.release()
    names = {
        "YOLO": lambda path: Finder(),
        "FlexPatch": Runtime,
        "TrackingFailureRecommender": TrackingFailureRecommender,
        "tracked_objects": [track(0), track(1)],
        "frame_": ground(),
        "frame_size": SIZE,
        "everything": [],
    }
    exec(textwrap.dedent(EXAMPLE), names)
    assert [len(things) for things in names["everything"]] == [5] * 6
    assert [patch.track for patch in names["patches"]].count(0) == 1


# ---- what the detector sees, and when -------------------------------------------------------------------------------


def steps(schedule, boxes, frames=24):
    return "".join(schedule.decide(frame, np.array(boxes, float), SIZE).value[0] for frame in range(1, frames + 1))


FEW, MANY = [[100, 100, 120, 140]], [[60 * k, 100, 60 * k + 50, 220] for k in range(9)]


def test_without_a_budget_clusters_come_at_fixed_times():
    assert steps(Schedule(0.25, every=3), FEW, 9) == "nncnncnnc"


def test_a_budget_goes_into_clusters_where_objects_cover_little_and_into_whole_frames_where_they_cover_much():
    assert steps(Schedule(0.25, budget=0.25), FEW) == "c" * 24
    assert steps(Schedule(0.5, budget=0.25), FEW) == "nc" * 12
    assert steps(Schedule(0.25, budget=0.25), MANY) == "nnnw" * 6
    assert steps(Schedule(0.25, budget=0.1), MANY[:6], 20).count("w") == 0, "too rare to follow objects in between"
    assert steps(Schedule(0.25, budget=0.1), MANY, 20) == ("n" * 9 + "w") * 2, "but objects are everywhere"


def test_what_clusters_leave_of_a_budget_goes_into_whole_frames():
    assert steps(Schedule(0.25, budget=0.5), FEW, 8) == "ccwccwcc"


@pytest.mark.parametrize("budget", [0.05, 0.1, 0.25, 0.5])
@pytest.mark.parametrize("boxes", [FEW, MANY, []], ids=["few", "many", "none"])
def test_a_budget_is_kept_and_used(budget, boxes):
    spent = sum({"c": 0.25, "w": 1.0, "n": 0.0}[step] for step in steps(Schedule(0.25, budget=budget), boxes, 200))
    assert budget * 200 - 1 <= spent <= budget * 200 + 1e-6


def test_with_a_budget_a_crowd_is_seen_in_whole_frames():
    finder = Finder()
    frames = row(27, side=40, frames=9)
    runtime = FlexPatch(finder, SIZE, CLUSTER, budget=0.25)
    everything = shown(runtime, frames)
    assert finder.seen == [SIZE] * 3 and [runtime.frames, len(everything)] == [9, 9]


def test_new_objects_come_first_after_some_clusters_whatever_the_need_of_tracks():
    runtime, kinds = FlexPatch(Finder(), SIZE, (160, 90)), ""
    runtime.set_tf_model(type("Model", (), {"predict": lambda self, rows: ["high"] * len(rows)})())
    for frame in row(24, frames=19):
        runtime.process_frame(draw(*frame))
        kinds += "N" if runtime.is_new_turn else "T"
    assert kinds[1:] == "TTTTTN" * 3


def test_where_no_track_is_at_risk_new_objects_come_first():
    runtime = FlexPatch(Finder(), SIZE, CLUSTER)
    runtime.set_tf_model(type("Model", (), {"predict": lambda self, rows: ["low"] * len(rows)})())
    for frame in row(3, frames=3):
        runtime.process_frame(draw(*frame))
        assert runtime.frames == 1 or runtime.is_new_turn


# ---- slices ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [(640, 360), (500, 300), (2000, 2000), (1280, 200)])
def test_slices_cover_the_frame_and_overlap(size):
    covered = np.zeros((720, 1280), int)
    for x1, y1, x2, y2 in cut_slices((1280, 720), size):
        assert (x2 - x1, y2 - y1) == (min(size[0], 1280), min(size[1], 720))
        covered[y1:y2, x1:x2] += 1
    assert covered.min() == 1 and (size == (2000, 2000)) == (covered.max() == 1)


def test_an_object_that_slices_cut_is_found_once_and_whole():
    things = [([20, 20, 44, 60], [300, 150, 340, 190], [560, 300, 600, 340]), [0, 1, 0]]
    boxes, _, labels = detect_in_slices(adapt_detector(Finder()), draw(*things), CLUSTER)
    assert sorted(map(tuple, boxes.round().tolist())) == sorted(map(tuple, things[0])) and sorted(labels) == [0, 0, 1]


def test_with_a_zoom_the_first_frame_is_also_seen_in_slices_and_whole_frames_are_reduced():
    finder = Finder()
    runtime = FlexPatch(finder, SIZE, CLUSTER, zoom=2.0)
    things = runtime.process_frame(draw(*row(4)[0]))
    assert finder.seen[0] == (SIZE[0] // 2, SIZE[1] // 2) and set(finder.seen[1:]) == {CLUSTER}
    assert len(things) == 4


# ---- weights of a fixed input size ----------------------------------------------------------------------------------


WORDS = "its input is fixed at 640x384, so a cluster costs as much as a whole frame and nothing is saved; export it"


@pytest.mark.parametrize(("fixed", "words"), [((384, 640), [f"small.onnx: {WORDS}"]), (None, [])])
def test_weights_of_a_fixed_input_size_are_named_with_the_remedy_when_they_are_opened(
    fixed, words, tmp_path, monkeypatch, caplog
):
    (tmp_path / "small.onnx").touch()
    network = Network(lambda seen: seen, ("dog",), fixed=fixed)
    monkeypatch.setattr("framewright.detector._onnx", lambda *_: network)
    detector = build_detector(DetectorSettings(), tmp_path / "small.onnx")
    FlexPatch(detector, SIZE, CLUSTER)
    FlexPatch(Meter(detector), SIZE, CLUSTER)  # it was said when they were opened
    said = [record.getMessage().split(" with")[0] for record in caplog.records]
    assert said == 2 * words
    assert all("dynamic=True" in record.getMessage() for record in caplog.records)


def test_a_session_of_a_fixed_input_size_is_used_at_that_size_and_named(caplog):
    class Session:
        def get_inputs(self):
            return [SimpleNamespace(name="images", type="tensor(float)", shape=[1, 3, 384, 640])]

        def run(self, _, given):
            assert given["images"].shape == (1, 3, 384, 640)
            return [np.zeros((1, 5, 10), np.float32)]

    detector = from_onnxruntime(Session())
    assert len(detector.detect(np.zeros((200, 300, 3), np.uint8))[0]) == 0
    FlexPatch(detector, SIZE, CLUSTER)
    assert [record.getMessage().split(": ")[1].split(" with")[0] for record in caplog.records] == [WORDS]


@pytest.mark.parametrize("frame", [(3, 300), (300, 3), (1, 1), (640, 360), (3840, 2160), (17, 16000)])
def test_the_film_of_any_frame_can_be_written(frame):
    """Films are at least as wide as letters need, and no higher than an encoder takes."""
    for cluster in ((64, 48), frame):
        _, (width, height) = overlay.layout_film(frame, cluster)
        assert width >= overlay.MIN_WIDTH and width % 2 == 0
        assert 2 <= height <= 16384 and height % 2 == 0
