"""What baselines and audits measure, on frames made by hand."""

import numpy as np
import pytest

from framewright.persistence import audit
from framewright.persistence.baselines import (
    AREAS,
    COLOURED,
    LIT,
    MOST_BLOBS,
    answer_clips,
    answer_frames,
    find_threshold,
    measure_frames,
)
from framewright.persistence.contract import _find_odd_mean


def test_pixels_are_coloured_and_lit_beyond_their_limits():
    video = np.zeros((3, 3, 8, 8), np.uint8)
    video[0, :, 0, 0], video[0, :, 0, 1] = (200, 200 - COLOURED, 200), (200, 199 - COLOURED, 200)
    video[1, :, 2, :2], video[1, :, 4, :3] = LIT, LIT + 1
    video[2, 0, 1:3, 1:3], video[2, 2, 5, 5], video[2, 1, 7, 0:2] = 255, 255, 65
    found = measure_frames(video)
    assert found["colour"].tolist() == [1, 0, 7] and found["area"].tolist() == [2, 3, 7]
    assert found["blobs"].tolist() == [1, 1, 3]


@pytest.mark.parametrize(
    ("measure", "true", "expected"),
    [
        ([0, 1, 2, 3], [False, True, False, True], 0.5),
        ([3, 2, 1, 0], [True, True, False, False], 1.5),
        ([0, 0, 1, 1], [False, False, False, True], float("inf")),
        ([0, 0, 1, 1, 1], [False, False, False, True, True], 0.5),
        ([7], [True], 6.0),
    ],
)
def test_a_threshold_lies_between_the_values_that_it_parts(measure, true, expected):
    assert find_threshold(np.array(measure), np.array(true)) == expected


def test_a_table_of_all_three_measures_answers_by_the_majority_of_its_cell():
    shows = np.array([[True, True, False, False, True, False, False]])
    measures = {
        "colour": np.array([[0, 0, 0, 0, 0, 0, 0]]),
        "area": np.array([[10, 10, 10, 20, 20, 20, 30]]),
        "blobs": np.array([[2, 2, 2, 1, 1, 1, 1]]),
    }
    answers = answer_frames(measures, measures, shows)
    assert answers["one_frame"].tolist() == [[True, True, True, False, False, False, False]]
    assert not answers["constant"].any()
    asked = {name: np.array([[values[0, 0]]]) for name, values in measures.items()}
    assert answer_frames(measures, asked | {"blobs": np.array([[MOST_BLOBS + 3]])}, shows)["one_frame"].shape == (1, 1)


def test_what_was_never_seen_gets_the_more_frequent_answer():
    known = {"colour": np.array([[0, 0, 0]]), "area": np.array([[10, 10, 10]]), "blobs": np.array([[1, 1, 1]])}
    asked = {"colour": np.array([[0, 0]]), "area": np.array([[10, 10]]), "blobs": np.array([[1, 5]])}
    often = answer_frames(known, asked, np.array([[True, True, False]]))["one_frame"]
    assert often.tolist() == [[True, True]]
    seldom = answer_frames(known, asked, np.array([[True, False, False]]))["one_frame"]
    assert seldom.tolist() == [[False, False]]
    half = {key: value[:, :2] for key, value in known.items()}
    assert not answer_frames(half, asked, np.array([[True, False]]))["one_frame"].any()


def test_areas_are_told_apart_in_as_many_classes_as_there_are():
    areas = np.arange(2 * AREAS)[None] * 10
    measures = {"colour": np.zeros_like(areas), "area": areas, "blobs": np.ones_like(areas)}
    shows = (np.arange(2 * AREAS) // 2 % 2 == 0)[None]
    assert answer_frames(measures, measures, shows)["one_frame"].tolist() == shows.tolist()


def test_colour_parts_the_cells_of_a_table():
    measures = {
        "colour": np.array([[0, 0, 9, 9, 9]]),
        "area": np.array([[10] * 5]),
        "blobs": np.array([[1] * 5]),
    }
    shows = np.array([[False, False, True, True, True]])
    assert answer_frames(measures, measures, shows)["one_frame"].tolist() == shows.tolist()


def test_clips_are_judged_by_how_many_frames_showed_one_so_far():
    train = np.array([[1, 1, 0, 1], [1, 0, 1, 0], [0, 0, 0, 1], [0, 1, 0, 0]], bool)
    answers = answer_clips(train, np.array([False, True, True, True]), np.array([[1, 1, 1, 1], [1, 0, 0, 0]], bool))
    assert answers.tolist() == [[True, False, False, False], [True, True, True, True]]


# ---- audits


def measures(shows, briefest, persistent=(True, False)):
    count = np.array(shows, bool)
    return {
        "shows": count,
        "briefest": np.array(briefest),
        "persistent": np.array(persistent),
        **{name: count.astype(int) for name in ("colour", "area", "blobs")},
    }


def test_the_oracle_calls_a_transient_what_is_briefly_in_view():
    known = measures([[1, 0], [0, 1]], [[3, 9], [20, 4]])
    found = audit.score_oracle(known, measures([[1, 0], [0, 1]], [[6, 7], [32, 3]]))
    assert found["max_frames_in_view"] == 6.5 and found["accuracy"] == 1


def test_clips_are_audited_after_each_frame():
    known = measures([[0, 0], [1, 1]], [[9, 9], [2, 2]])
    found = audit.score_clip_baselines(known, known)
    assert found["area"]["curve"] == [1.0, 1.0] and found["area"]["accuracy"] == 1
    assert found["constant"]["curve"] == [0.5, 0.5] and found["constant"]["recall"] == 0
    most = measures([[0, 0], [1, 1]], [[9, 9], [2, 2]], (True, True))
    assert audit.score_clip_baselines(most, most)["constant"]["accuracy"] == 1


def test_the_briefest_sphere_of_a_frame_is_the_one_seen_in_fewest():
    discs = [[8.0, 8.0, 2.0]] * 4
    metadata = {"num_frames": 4, "resolution": [16, 16], "pixels": discs, "visible_area": [5, 5, 5, 0]}
    metadata["transient_details"] = [{"start_frame": 2, "pixels": [discs[:1], discs[:1]], "visible_area": [3, 3]}]
    assert audit._find_briefest(metadata).tolist() == [3, 3, 2, 2]
    alone = metadata | {"transient_details": [], "visible_area": [0, 5, 5, 5]}
    assert audit._find_briefest(alone).tolist() == [5, 3, 3, 3]


@pytest.mark.parametrize(
    ("frame", "oracle", "number", "ok"),
    [
        (0.75, 0.95, 500, True),
        (0.7501, 0.95, 500, False),
        (0.75, 0.9499, 500, False),
        (0.9, 0.5, 499, True),
    ],
)
def test_an_audit_of_a_crowd_has_limits(frame, oracle, number, ok):
    frames = {"constant": {"number": number, "accuracy": 0.6}, "area": {"accuracy": frame}}
    [found] = audit.check_audits({"a": {"frames": frames, "oracle": {"accuracy": oracle}}}, ["a"])
    assert found.ok is ok and (number < 500) == ("too few" in found.detail)


@pytest.mark.parametrize(("mean", "odd"), [(3.5, False), (4.35, False), (4.37, True), (2.65, False), (2.63, True)])
def test_a_mean_number_of_transients_may_be_off_by_five_standard_errors(mean, odd):
    counts = [mean] * 100  # the error is 1.708 / 10
    assert bool(list(_find_odd_mean(counts, 3))) is odd
    assert not list(_find_odd_mean([], 3))
