"""Parts of tracks: links that move with their folder, rates of files, limits of curation, and timelines."""

from dataclasses import replace

import numpy as np
import pytest
from made_candidates import made_up
from make_video import make_video

from framewright.tracks.curation.constraints import fill
from framewright.tracks.curation.options import Constraints
from framewright.tracks.metrics.options import EMBEDDINGS, MOTIONS, MetricSettings
from framewright.tracks.privacy.link import link_file
from framewright.tracks.privacy.source_rate import measure_rate
from framewright.tracks.segments.timeline import MOST, draw_timeline


def test_a_link_still_leads_to_its_file_when_the_results_are_moved(tmp_path):
    source = tmp_path / "results/sources/a/video"
    source.parent.mkdir(parents=True)
    source.write_bytes(b"film")
    (tmp_path / "results/tracks").mkdir()
    link_file(source, tmp_path / "results/tracks/a.mp4")
    (tmp_path / "results").rename(tmp_path / "elsewhere")
    assert (tmp_path / "elsewhere/tracks/a.mp4").read_bytes() == b"film"


def test_the_rate_of_a_file_is_that_of_its_pictures(tmp_path):
    path = make_video(tmp_path / "a.mp4", range(50), size=(96, 64), rate=25)
    rate = measure_rate(path)
    assert 0 < rate.bytes < path.stat().st_size  # the container has bytes, too
    assert 1 <= rate.gop <= 50
    first, second = rate.sum_between(0, 1), rate.sum_between(1, 2)
    assert first > 0 and second > 0
    assert first + second == rate.sum_between(0, 2) == rate.sizes.sum() < rate.bytes  # key frames are left out


def test_metrics_begin_with_what_needs_no_weights():
    assert MetricSettings().motion == MOTIONS[0] == "dis" and MetricSettings().embedding == EMBEDDINGS[0] == "hog_lab"


def ranked(tracks):
    """Places by class, the highest score first."""
    return np.lexsort((-tracks.score, tracks.classes))


@pytest.mark.parametrize(
    "constraints",
    [
        pytest.param(Constraints(), id="nothing asked"),
        pytest.param(Constraints(min_motion=1.0, min_quality=0.4), id="of each alone"),
        pytest.param(Constraints(min_quality=0.3, max_overlap=0.4, min_distance=0.9), id="of pairs"),
    ],
)
def test_no_class_gets_more_than_its_quota_and_all_meet_what_is_asked(constraints):
    tracks = made_up()
    places, levels = fill(tracks, ranked(tracks), tracks.classes, 12, constraints)
    assert len(set(places.tolist())) == len(places) == len(levels) and not levels.any()
    assert np.bincount(tracks.classes[places]).max() <= 12
    if constraints.min_motion:
        assert (tracks.motion[places] >= 1.0).all()
    if constraints.min_quality:
        assert (tracks.quality[places] >= np.float32(constraints.min_quality)).all()
    if constraints.min_distance:
        for label in range(4):
            of_class = tracks.vectors[places[tracks.classes[places] == label]].astype(float)
            unit = of_class / np.linalg.norm(of_class, axis=1, keepdims=True)
            apart = np.sqrt(np.maximum(2 - 2 * unit @ unit.T, 0)) + 2 * np.eye(len(unit))
            assert apart.min() >= 0.9 - 0.01


def test_the_first_of_a_quota_are_the_first_of_a_larger_one():
    tracks = made_up()
    asked = Constraints(min_quality=0.3, max_overlap=0.5)
    few, many = (fill(tracks, ranked(tracks), tracks.classes, quota, asked)[0] for quota in (5, 15))
    for label in range(4):
        first = few[tracks.classes[few] == label].tolist()
        assert first == many[tracks.classes[many] == label].tolist()[: len(first)]


def test_a_class_that_is_not_full_relaxes_and_says_at_which_level():
    tracks = made_up()
    asked = Constraints(min_quality=0.9, relax=(0.5, 0.0))
    places, levels = fill(tracks, ranked(tracks), tracks.classes, 10_000, asked)
    assert len(places) == len(tracks) and set(levels.tolist()) == {0, 1, 2}
    assert (tracks.quality[places[levels == 0]] >= np.float32(0.9)).all()
    assert (tracks.quality[places[levels == 1]] >= np.float32(0.45)).all()
    hard = fill(tracks, ranked(tracks), tracks.classes, 10_000, replace(asked, hard=("min_quality",)))[0]
    assert (tracks.quality[hard] >= np.float32(0.9)).all()


def film(name: str, reason: str = "") -> dict:
    segment = {"start": 1.0, "end": 9.0, "reason": reason, "detail": "<too & dark>"}
    cut = {"start": 1.0, "end": 1.0, "kind": "cut"}
    return {"video": name, "span": (0.0, 10.0), "segments": [segment], "cuts": [cut]}


def test_a_timeline_has_a_row_for_each_film_and_counts_those_that_do_not_fit():
    drawn = draw_timeline([film("a"), film("b", "black")], {}, {})
    assert drawn.count("font-weight") >= 2 and "&lt;too &amp; dark&gt;" in drawn and "10.0 s" in drawn
    assert "black" in drawn and "blurred" not in drawn  # the legend names what there is
    assert "3 more" in draw_timeline([film(f"v{k}") for k in range(MOST + 3)], {}, {})
