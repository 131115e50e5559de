"""What the study says of its sources: rows of the card, the summary read back, a scene as a source, a preview."""

from fractions import Fraction

import numpy as np
import pytest
from make_video import make_video

from framewright.scenes import render
from framewright.sources import card, demo, preview
from framewright.sources.fates import read_licences, read_summary
from framewright.truth import Truth, read_truth
from framewright.video.examine import empty_record, probe
from framewright.video.probe import as_probe

CELLS = dict.fromkeys(card.DATASET.columns, "") | {
    "status": "ok",
    "kind": "local",
    "source": "/films/secret place/a.mp4",
    "rate": "25 variable",
    "seconds": "2.5",
    "frames": "60",
    "width": "640",
    "height": "360",
    "bytes": "1000",
}


def test_a_row_has_typed_values_and_tells_no_path_of_the_users_disk():
    [row] = card.list_rows({"a": CELLS}, {}, {"a": "val"})
    assert (row["frames"], row["seconds"], row["rate"], row["rate_varies"]) == (60, 2.5, "25", True)
    assert row["source"] is None and row["path"] == "a/video" and row["split"] == "val" and row["reason"] is None


def test_a_public_source_is_named_and_a_dead_one_has_no_file():
    dead = CELLS | {"status": "dead", "kind": "http", "source": "https://films/a.mp4", "seconds": "", "frames": ""}
    [row] = card.list_rows({"a": dead | {"rate": ""}}, {"a": "gone"}, {})
    assert row["source"] == "https://films/a.mp4" and row["path"] is None and row["reason"] == "gone"
    assert row["seconds"] is None and row["frames"] is None and row["rate_varies"] is None and row["split"] is None


def test_a_summary_is_read_as_it_is_written(tmp_path):
    (tmp_path / "summary.tsv").write_text('video\tstatus\tlicence\na\tok\tCC-BY-4.0\nb\tdead\t\nc\tok\t"odd\n')
    assert read_summary(tmp_path / "summary.tsv")["b"]["status"] == "dead"
    assert read_licences(tmp_path / "summary.tsv") == {"a": "CC-BY-4.0", "b": "", "c": '"odd'}


@pytest.mark.slow
def test_a_scene_is_fetched_with_its_truth(tmp_path):
    fetched = demo.fetch("broken", tmp_path / "video", truth=tmp_path / "truth.json")
    assert fetched.bytes == (tmp_path / "video").stat().st_size == 1000
    assert read_truth(tmp_path / "truth.json").frames == 0  # nothing is known of a broken film
    assert render.make_scene("broken").kept_bytes == 1000


def test_a_preview_shows_frames_where_there_are_some(tmp_path):
    path = make_video(tmp_path / "a.mp4", range(30), size=(96, 64))
    truth = Truth((96, 64), Fraction(25), 30)
    seen = preview.draw_preview(path, as_probe(probe(str(path))), truth)
    assert seen.shape[2] == 3 and seen.dtype == np.uint8 and seen.std() > 1
    assert preview.draw_preview(path, as_probe(empty_record("it holds no video")), truth) is None
