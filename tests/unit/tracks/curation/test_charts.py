"""Charts of subsets say how many tracks they show, and sheets of clips show what they name."""

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from made_candidates import EVERY, NAMES, made_up
from make_video import make_video

from framewright.report import style
from framewright.tracks.curation import charts, preview
from framewright.tracks.curation.relaxation import ClassFill
from framewright.tracks.curation.study import Pair

TRACKS = made_up(100)


def rows_of(places) -> pa.Table:
    names = [NAMES[label] for label in TRACKS.classes[places]]
    return pa.table({"name": names, "motion_q90": TRACKS.motion[places], "quality": TRACKS.quality[places]})


def test_each_subset_has_its_counts_above_its_chart():
    rows = {EVERY[0]: rows_of(np.arange(30)), EVERY[1]: rows_of(np.arange(5))}
    figure = charts.draw_classes(TRACKS, rows)
    titles = [axis.get_title(loc="left") for axis in figure.axes]
    assert titles[:2] == ["random: 30 of 100", "best: 5 of 100"]
    # classes stand in the order of what there is, the largest first
    largest = NAMES[int(np.bincount(TRACKS.classes).argmax())]
    assert figure.axes[0].get_xticklabels()[0].get_text() == largest


def test_bars_of_relaxation_add_up_to_what_was_taken():
    fill = ClassFill("dog", 20, 40, 15, 10, {0.5: 3, 0.0: 2})
    figure = charts.draw_relaxation({EVERY[7]: [fill]})
    heights = [bar.get_height() for bar in figure.axes[0].patches]
    assert np.allclose(heights, [50, 15, 10]) and figure.axes[0].texts[0].get_text() == "15/20"
    assert figure.axes[0].get_title(loc="left") == "asked: 15 tracks, 10 met what was asked"


@pytest.mark.slow
def test_without_subsets_charts_show_all_tracks(tmp_path):
    classes, metrics, relaxation = (
        charts.draw_classes(TRACKS, {}),
        charts.draw_metrics(TRACKS, {}),
        charts.draw_relaxation({}),
    )
    titles = [axis.get_title(loc="left") for figure in (classes, metrics) for axis in figure.axes if axis.patches]
    unknown = int(np.isnan(TRACKS.motion).sum())
    words = f", {unknown:,} not measured" if unknown else ""
    assert titles == ["all 100 tracks", f"all tracks: motion{words}", "all tracks: quality"]
    assert charts.NO_SUBSETS in [text.get_text() for text in relaxation.texts]
    for number, figure in enumerate((classes, metrics, relaxation)):
        style.write_figure(tmp_path / f"{number}.png", figure)
        style.write_figure(tmp_path / f"{number} again.png", figure)
        assert (tmp_path / f"{number}.png").read_bytes() == (tmp_path / f"{number} again.png").read_bytes()


def test_tracks_that_were_not_measured_are_counted():
    table = rows_of(np.arange(20))
    unknown = int(np.isnan(TRACKS.motion[:20]).sum())
    figure = charts.draw_metrics(TRACKS, {EVERY[0]: table})
    assert (f", {unknown:,} not measured" in figure.axes[0].get_title(loc="left")) == (unknown > 0)


def test_of_a_subset_the_charts_read_what_they_need(tmp_path):
    pq.write_table(rows_of(np.arange(4)).append_column("more", pa.array([1] * 4)), tmp_path / "a.parquet")
    assert charts.read_subset_rows(tmp_path / "a.parquet").column_names == ["name", "motion_q90", "quality"]


def test_pairs_that_may_be_shown_stand_side_by_side(tmp_path):
    clips = [
        preview.Shown(name, f"t{name}", "dog", make_video(tmp_path / f"{name}.mp4", range(12), size=(64, 48)),
                      speed, None, None, 0.5)
        for name, speed in (("a", 1.0), ("b", 2.0))
    ]  # fmt: skip
    pair = Pair("ta", "a", "tb", "b", 0.1, 3)
    assert preview.draw_pairs(clips, [pair]).dtype == np.uint8
    assert preview.draw_pairs(clips[:1], [pair]) is None
    assert preview.draw_examples(clips, []).shape[2] == 3
