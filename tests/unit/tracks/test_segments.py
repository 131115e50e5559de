"""Segments of films: between cuts, at presentation times, long enough, worth using, and on record if not."""

import json
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import cv2
import numpy as np
import onnx
import pytest
import torch
from make_video import claim_duration, make_video
from onnx import TensorProto, helper

from framewright.errors import UserError
from framewright.tracks.model_file import load_model
from framewright.tracks.segments import filters, quality
from framewright.tracks.segments.adaptive import AdaptiveCutDetector
from framewright.tracks.segments.contract import check_segments, list_segment_outcomes
from framewright.tracks.segments.filters import make_judges
from framewright.tracks.segments.find import find_segments, scan_video
from framewright.tracks.segments.options import Lengths, Limits, ModelFilters
from framewright.tracks.segments.quality import FrameStats, apply_limits
from framewright.tracks.segments.segments import (
    Cut,
    Segment,
    apply_judges,
    fit_lengths,
    format_segments,
    frame_time_finder,
    parse_segments,
    split_at_cuts,
)
from framewright.tracks.segments.transitions import TransitionDetector
from framewright.video.probe import Probe

NO_LIMITS = Limits(None, None, None, None)
EVERYTHING = Probe("film", "ok", "", use=(0.0, 1e6))
ADAPTIVE = {"adaptive_threshold": 3.0, "min_scene_len": 15, "window_width": 2, "min_content_val": 15.0}


def seconds(*pairs: tuple[float, float]) -> list[Segment]:
    return [Segment(Fraction(start), Fraction(end)) for start, end in pairs]


def exact(time: Fraction) -> Fraction:
    return time


# ---- lengths --------------------------------------------------------------------------------------------------------


def test_a_film_without_cuts_is_one_segment():
    assert list(split_at_cuts([], Fraction(2), Fraction(9))) == seconds((2, 9))


def test_what_belongs_to_a_dissolve_is_in_no_segment():
    cuts = [Cut("cut", Fraction(4), Fraction(4)), Cut("dissolve", Fraction(6), Fraction(7))]
    assert list(split_at_cuts(cuts, Fraction(0), Fraction(9))) == seconds((0, 4), (4, 6), (7, 9))


@pytest.mark.parametrize(
    "cut", [Cut("fade", Fraction(0), Fraction(2)), Cut("fade", Fraction(8), Fraction(9))], ids=["first", "last"]
)
def test_a_fade_at_an_end_of_the_film_leaves_no_empty_segment(cut):
    (only,) = split_at_cuts([cut], Fraction(0), Fraction(9))
    assert only.seconds in (7, 8)


@pytest.mark.parametrize("length", [600, 601, 1199, 1201, 1803.5, 6000], ids=lambda length: f"{length} s")
def test_every_moment_of_a_long_segment_is_in_a_piece_of_its_own(length):
    pieces = list(fit_lengths(Segment(Fraction(10), Fraction(10) + Fraction(length)), Lengths(), exact))
    assert [piece.reason for piece in pieces] == [""] * len(pieces)
    assert all(3 <= piece.seconds <= 600 for piece in pieces) and len(pieces) == -(-length // 600)
    assert (pieces[0].start, pieces[-1].end) == (10, 10 + Fraction(length))
    assert all(one.end == other.start for one, other in pairwise(pieces))


def test_pieces_begin_when_a_frame_appears():
    times = frame_time_finder(np.arange(0, 10_000_000, 7), Fraction(1, 90))
    _, second = fit_lengths(Segment(Fraction(0), Fraction(1000)), Lengths(), times)
    assert second.start * 90 % 7 == 0 and abs(second.start - 500) < Fraction(7, 90)


def test_a_truncated_segment_leaves_its_rest_on_record():
    first, rest = fit_lengths(Segment(Fraction(0), Fraction(700)), Lengths(split=False), exact)
    assert (first.seconds, first.reason) == (600, "") and (rest.seconds, rest.reason) == (100, "truncated")


@pytest.mark.parametrize(("length", "reason"), [("2.999", "length"), ("3", "")], ids=["too short", "just long enough"])
def test_short_segments_are_dropped(length, reason):
    (only,) = fit_lengths(Segment(Fraction(1), 1 + Fraction(length)), Lengths(), exact)
    assert only.reason == reason


def test_decimals_of_the_configuration_are_exact():
    assert Lengths(min_seconds=0.1).least == Fraction(1, 10)


def test_the_first_rule_that_drops_a_segment_is_the_reason_and_no_other_is_asked():
    def never(segment: Segment) -> Segment:
        raise AssertionError("asked")

    (only,) = apply_judges(seconds((0, 5)), [lambda own: own.drop("black", "it is"), never])
    assert only.reason == "black"


# ---- the documented text --------------------------------------------------------------------------------------------


def test_the_text_has_a_line_each_in_shortest_digits_and_none_after_the_last():
    parts = [{"start": 0.1 + 0.2, "end": 5.0, "reason": ""}, {"start": 5.0, "end": 6.0, "reason": "length"}]
    parts.append({"start": 6.0, "end": 10.04, "reason": ""})
    assert format_segments(parts) == "0.30000000000000004,5.0\n6.0,10.04"
    assert parse_segments(format_segments(parts)) == [(0.1 + 0.2, 5.0), (6.0, 10.04)]


def test_the_text_of_no_segments_is_empty():
    assert format_segments([]) == "" and parse_segments("") == []


# ---- looks ----------------------------------------------------------------------------------------------------------


def scores_of(*lumas: np.ndarray, sharp: float = 50) -> dict:
    own = FrameStats()
    for luma in lumas:
        own.add(np.dstack([luma, luma * 0 + 128, luma * 0 + 128]), sharp)
    return own.scores(0, len(lumas), (36, 64))


def noise(seed: int, low: int = 40, high: int = 230) -> np.ndarray:
    return np.random.default_rng(seed).integers(low, high, (36, 64), np.uint8)


def test_black_is_the_share_of_frames_without_light():
    dark = noise(0, 14, 25)
    assert scores_of(dark, dark, dark, noise(1))["black"] == 0.75


def test_frozen_is_the_share_of_frames_that_repeat_the_one_before():
    assert scores_of(noise(0), noise(0), noise(0), noise(1), noise(2))["frozen"] == 0.5


def test_one_place_that_moves_makes_a_picture_alive():
    moved = noise(0)
    moved[20, 30] = 255 - moved[20, 30]
    assert scores_of(noise(0), moved)["frozen"] == 0


def test_the_picture_is_what_bars_leave_over_all_frames():
    first, second = np.full((2, 36, 64), 16, np.uint8)
    first[12:24, 20:30], second[12:18, 30:36] = 200, 200
    assert scores_of(first, second)["picture"] == round(12 * 24 / (36 * 64), 4)


def test_blur_takes_away_fine_detail():
    sharp = cv2.resize(noise(3)[:6, :9], (240, 135), interpolation=cv2.INTER_NEAREST)
    soft = cv2.GaussianBlur(sharp, (0, 0), 12)
    assert quality.measure_sharpness(soft) < Limits().min_sharpness < quality.measure_sharpness(sharp)


@pytest.mark.parametrize(
    ("score", "value", "reason"),
    [
        *(("black", 0.51, "black"), ("black", 0.5, ""), ("frozen", 0.96, "frozen"), ("frozen", 0.95, "")),
        *(("picture", 0.24, "letterbox"), ("picture", 0.25, ""), ("sharpness", 24.9, "blurred"), ("sharpness", 25, "")),
        ("sharpness", None, ""),
    ],
)
def test_segments_are_dropped_beyond_a_limit_and_not_at_it(score, value, reason):
    assert apply_limits(replace(seconds((0, 5))[0], scores={score: value}), Limits()).reason == reason


def test_without_limits_nothing_is_dropped():
    worst = {"black": 1.0, "frozen": 1.0, "picture": 0.0, "sharpness": 0.0}
    assert apply_limits(replace(seconds((0, 5))[0], scores=worst), Limits(None, None, None, None)).reason == ""


# ---- films: presentation times --------------------------------------------------------------------------------------

SHOTS = [1365] * 60 + [2730] * 60  # the second picture is the negative of the first


def cuts_of(path: Path, detector=None, **use) -> tuple[list[float], list[float]]:
    film = scan_video(path, use.get("use", (0.0, 1e6)), detector or TransitionDetector())
    return [float(cut.start) for cut in film.cuts], [float(film.start), float(film.end)]


FILMS = {
    "plain": {},
    "rotated": {"rotation": 90},
    "anamorphic": {"pixel_aspect": Fraction(2)},
    "10 bits": {"pixel_format": "yuv420p10le"},
    "beside another stream": {"second": {"numbers": [0] * 30, "size": (32, 32)}},
    "beside sound and a cover": {"audio": True, "cover": True},
    "portrait": {"size": (48, 64)},
}


@pytest.mark.slow
@pytest.mark.parametrize("how", FILMS.values(), ids=FILMS)
def test_a_cut_stands_at_its_presentation_time(tmp_path, how):
    cuts, span = cuts_of(make_video(tmp_path / "film.mp4", SHOTS, rate=30, **how))
    assert cuts == [2.0] and span == [0.0, 4.0]


@pytest.mark.slow
@pytest.mark.parametrize(
    "detector", [TransitionDetector, lambda: AdaptiveCutDetector(ADAPTIVE)], ids=["ours", "adaptive"]
)
def test_a_varying_rate_and_a_late_start_are_understood(tmp_path, detector):
    times = [5 + (Fraction(k, 20) if k < 60 else 3 + Fraction(k - 60, 40)) for k in range(120)]
    cuts, span = cuts_of(make_video(tmp_path / "film.mkv", SHOTS, times=times), detector())
    assert cuts == [8.0] and span[0] == 5.0 and span[1] == pytest.approx(9.5, abs=0.06)


@pytest.mark.slow
@pytest.mark.parametrize("suffix", [".mp4", ".mkv"])
def test_a_header_that_lies_about_the_length_moves_no_end(tmp_path, suffix):
    path = claim_duration(make_video(tmp_path / f"film{suffix}", SHOTS, rate=30), 400)
    assert cuts_of(path)[1] == [0.0, pytest.approx(4.0, abs=0.04)]


@pytest.mark.slow
def test_only_the_part_to_use_is_cut(tmp_path):
    cuts, span = cuts_of(make_video(tmp_path / "film.mp4", SHOTS, rate=30), use=(1.0, 3.5))
    assert cuts == [2.0] and span == [1.0, 3.5]


@pytest.mark.slow
def test_the_record_has_every_candidate_and_the_version_of_the_detector(tmp_path):
    path = make_video(tmp_path / "film.mp4", [1365] * 120 + [2730] * 60, rate=30)
    known = find_segments(
        path, EVERYTHING, AdaptiveCutDetector(ADAPTIVE), Lengths(), make_judges(path, NO_LIMITS, ModelFilters())
    )
    assert [(own["start"], own["end"], own["reason"]) for own in known["segments"]] == [
        (0.0, 4.0, ""),
        (4.0, 6.0, "length"),
    ]
    assert "scenedetect 0." in known["detector"] and set(known["segments"][1]["scores"]) >= {"black", "frozen"}
    assert json.loads(json.dumps(known)) == known
    items = list(list_segment_outcomes([known]))
    assert [(item.stage, item.reason) for item in items] == [("video", ""), ("segment", ""), ("segment", "length")]


def test_a_video_that_cannot_be_used_has_a_reason_and_nothing_else(tmp_path):
    probe = Probe("gone", "rejected", "it is not there")
    known = find_segments(tmp_path / "nothing", probe, TransitionDetector(), Lengths(), [])
    assert (known["reason"], known["segments"]) == ("unusable", [])
    assert all(own.ok for own in check_segments([(known, "")], Lengths()))


# ---- contract -------------------------------------------------------------------------------------------------------


def record(*parts: tuple[float, float, str], cuts: tuple = ()) -> tuple[dict, str]:
    segments = [{"start": start, "end": end, "reason": reason, "scores": {}} for start, end, reason in parts]
    known = {"video": "v", "reason": "", "span": [0.0, 20.0], "segments": segments}
    return known | {"cuts": [{"kind": "cut", "start": at, "end": at} for at in cuts]}, format_segments(segments)


def broken(known: dict, text: str) -> list[int]:
    return [number for number, own in enumerate(check_segments([(known, text)], Lengths())) if not own.ok]


def test_whole_segments_keep_the_contract():
    assert broken(*record((0, 10, ""), (10, 12, "length"), (12, 20, ""), cuts=(10, 12))) == []


@pytest.mark.parametrize(
    ("parts", "cuts", "promise"),
    [
        ([(0, 10, ""), (9, 20, "")], (), 0),
        ([(0, 21, "")], (), 0),
        ([(0, 2, ""), (2, 20, "")], (), 1),
        ([(0, 20, "")], (7,), 2),
        ([(0, 5, ""), (9, 20, "")], (), 4),
    ],
    ids=["overlapping", "beyond the end", "too short", "across a cut", "a hole without a reason"],
)
def test_a_broken_promise_is_named(parts, cuts, promise):
    assert broken(*record(*parts, cuts=cuts)) == [promise]


def test_a_text_that_differs_from_the_record_is_named():
    known, text = record((0, 20, ""))
    assert broken(known, text + "\n") == [3] and broken(known, "0.0,19.0") == [3]


# ---- filters with weights -------------------------------------------------------------------------------------------


def mean_of_red(path: Path, offset: float) -> Path:
    """An ONNX model that gives the mean of the first channel plus an offset, and another number behind it."""
    nodes = [
        helper.make_node("ReduceMean", ["pictures"], ["means"], axes=[2, 3], keepdims=0),
        helper.make_node("Add", ["means", "offset"], ["scores"]),
    ]
    graph = helper.make_graph(
        nodes,
        "mean",
        [helper.make_tensor_value_info("pictures", TensorProto.FLOAT, ["n", 3, 224, 224])],
        [helper.make_tensor_value_info("scores", TensorProto.FLOAT, ["n", 3])],
        [helper.make_tensor("offset", TensorProto.FLOAT, [1], [offset])],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)])
    model.ir_version = 8
    onnx.save(model, path)
    return path


@pytest.fixture(scope="module")
def still(tmp_path_factory) -> Path:
    return make_video(tmp_path_factory.mktemp("models") / "film.mp4", [0] * 300, rate=30)


@pytest.mark.slow
@pytest.mark.parametrize(("offset", "reason"), [(9, "cartoon"), (-9, "")], ids=["above 0", "below 0"])
def test_a_cartoon_is_what_its_model_says(tmp_path, still, offset, reason):
    weights = mean_of_red(tmp_path / "cartoon.onnx", offset)
    (judge,) = make_judges(still, NO_LIMITS, ModelFilters(cartoon=str(weights)))[1:]
    own = judge(Segment(Fraction(0), Fraction(10)))
    assert own.reason == reason and (own.scores["cartoon"] > 0) == bool(reason)


@pytest.mark.parametrize(("score", "reason"), [(3.9, "aesthetic"), (4.1, "")])
def test_a_torchscript_judge_behind_an_encoder_gets_vectors_of_length_one(tmp_path, still, score, reason):
    class Encoder(torch.nn.Module):
        def forward(self, pictures: torch.Tensor) -> torch.Tensor:
            return pictures.flatten(1)[:, :2] * 0 + torch.tensor([3.0, 4.0])

    class Head(torch.nn.Module):
        def __init__(self, score: float) -> None:
            super().__init__()
            self.score = score

        def forward(self, vectors: torch.Tensor) -> torch.Tensor:
            return vectors.square().sum(1, keepdim=True) * self.score

    files = {"encoder": Encoder(), "weights": Head(score)}
    for name, module in files.items():
        torch.jit.script(module).save(str(tmp_path / f"{name}.pt"))
    models = ModelFilters(aesthetic=str(tmp_path / "weights.pt"), encoder=str(tmp_path / "encoder.pt"))
    (judge,) = make_judges(still, NO_LIMITS, models)[1:]
    own = judge(Segment(Fraction(0), Fraction(10)))
    assert (own.reason, own.scores["aesthetic"]) == (reason, score)


def test_models_see_two_pictures_a_second_of_the_first_eight_seconds(still):
    assert len(list(filters.sample_frames(still, Segment(Fraction(0), Fraction(10))))) == 16
    assert len(list(filters.sample_frames(still, Segment(Fraction(1), Fraction(4))))) == 6


def test_what_a_model_is_given_is_normal():
    grey = np.full((90, 160, 3), 124, np.uint8)
    inputs = filters.prepare_pictures([grey, grey], filters.IMAGENET)
    assert inputs.shape == (2, 3, 224, 224) and inputs.dtype == np.float32
    for channel, (mean, spread) in enumerate([(0.485, 0.229), (0.456, 0.224), (0.406, 0.225)]):  # as published
        assert inputs[0, channel].mean() == pytest.approx((124 / 255 - mean) / spread, abs=1e-4)


@pytest.mark.parametrize("name", ["weights.onnx", "weights.pt"])
def test_a_file_that_is_no_model_is_said_in_one_line(tmp_path, name):
    (tmp_path / name).write_bytes(b"nothing of the kind")
    with pytest.raises(UserError, match=name) as error:
        load_model(tmp_path / name)
    assert "\n" not in str(error.value)
