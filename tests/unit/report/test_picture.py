"""Sheets of frames: everything in its place, legible, and the scripts that make a scene and its sheet."""

import runpy
import sys
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace

import cv2
import numpy as np
import pytest

from framewright.report.picture import (
    INK,
    PAPER,
    arrange_sheet,
    colour_of,
    contact_sheet,
    draw_sheet,
    with_boxes,
    write_sheets,
)
from framewright.sources.outcome import read_outcome
from framewright.truth import Object, Transition, Truth, read_truth

SCRIPTS = Path(__file__).parents[3] / "scripts"


def plain(grey: int, size: tuple[int, int] = (160, 90)) -> np.ndarray:
    return np.full((size[1], size[0], 3), grey, np.uint8)


def test_a_sheet_shows_every_frame_once_in_order():
    greys = [20, 60, 100, 140, 180]
    sheet = contact_sheet([plain(grey) for grey in greys], ["a"] * 5, columns=2, width=640)
    assert sheet.shape[1] == 640 and (sheet[0] == PAPER).all()
    cells = [(60, 100), (60, 420)], [(60 + 202, 100), (60 + 202, 420)], [(60 + 404, 100)]
    assert [int(sheet[y, x, 0]) for row in cells for y, x in row] == greys


@pytest.mark.slow
@pytest.mark.parametrize("size", [(160, 90), (64, 64), (40, 160), (1000, 30)])
@pytest.mark.parametrize(("count", "together"), [(1, 1), (7, 1), (20, 5), (60, 5), (24, 2)])
def test_a_sheet_is_at_most_16_to_9_and_keeps_groups_in_a_row(size, count, together):
    sheet = arrange_sheet([plain(40, size)] * count, ["a"] * count, together)
    assert sheet.shape[0] * 16 <= sheet.shape[1] * 9
    starts = (np.diff((sheet[::8, :, 0] == 40).any(0).astype(int)) == 1).sum()  # frames are plain: some rows suffice
    assert starts % together == 0


def test_a_long_label_is_not_cut_off():
    sheet = contact_sheet([plain(40, (80, 60))] * 8, ["alley 12.34 s, far left"] * 8, columns=8, width=960)
    below = sheet[-24:]
    for column in range(8):
        assert (below[:, 112 + column * 119 + 7] == PAPER).all(), "no letter reaches the gap"


def test_what_has_nothing_to_show_gets_no_file(tmp_path):
    write_sheets(tmp_path / "sheets", {"full": plain(9), "empty": None})
    assert [path.name for path in (tmp_path / "sheets").iterdir()] == ["full.png"]


def test_every_frame_has_its_label_below():
    one, other = (contact_sheet([plain(0)], [label], columns=1, width=320) for label in ("", "12.34 s"))
    assert (one[185:] == PAPER).all()
    assert np.abs(other[185:].astype(int) - INK).sum(2).min() < 60


def test_frames_of_different_shapes_share_a_sheet():
    sheet = contact_sheet([plain(50, (100, 300)), plain(90, (300, 100))], ["tall", "flat"], columns=2, width=400)
    assert {50, 90} <= set(np.unique(sheet[..., 0]).tolist())


def test_identities_next_to_each_other_have_different_colours():
    colours = np.array([colour_of(identity) for identity in range(40)], int)
    assert min(np.abs(a - b).sum() for a, b in pairwise(colours)) > 90


def test_a_box_is_drawn_on_its_border_and_the_picture_given_stays_as_it_was():
    picture = plain(0, (320, 200))
    drawn = with_boxes(picture, np.array([[100.0, 80.0, 180.0, 160.0]]), [3])
    assert picture.max() == 0
    assert tuple(drawn[120, 100].tolist()) == colour_of(3) == tuple(drawn[159, 140].tolist())
    assert drawn[120, 140].max() == 0


def test_an_overview_shows_shots_and_transitions_when_there_are_some():
    cuts = (Transition("cut", 10, 10, True), Transition("fade", 20, 30, True))
    truth = Truth((160, 90), Fraction(25), 40, transitions=cuts)
    seen = []
    draw_sheet((seen.append(k) or plain(5 * k) for k in range(40)), truth)
    assert seen == list(range(36)), "read once, to the last frame shown"


def test_an_overview_draws_what_can_be_seen_and_nothing_hidden():
    there = Object([0, 1], [[20, 20, 60, 60]] * 2, [1.0, 0.0], id=1, name="car")
    truth = Truth((160, 90), Fraction(25), 2, objects=(there,))
    sheet = draw_sheet([plain(0), plain(0)], truth, count=2)
    first, second = np.array_split(sheet, 2, axis=1)
    bright = [int((half.astype(int) - half.min(2, keepdims=True) > 60).any(2).sum()) for half in (first, second)]
    assert bright[0] > 500 and bright[1] == 0


@pytest.mark.slow
def test_a_scene_is_rendered_and_shown_by_the_scripts(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)
    outputs = {
        name: f"results/sources/one/{name}" for name in ("video", "source.json", "truth.json", "probe.json", "sheets")
    }
    snakemake = SimpleNamespace(
        log=[],
        wildcards=SimpleNamespace(video="one"),
        params=SimpleNamespace(
            settings={
                "row": dict.fromkeys(("start", "end", "colour", "sha256")),
                "source": "demo:faces",
                "limits": {"seconds": 60, "mebibytes": 4096},
            }
        ),
        input=SimpleNamespace(
            video=outputs["video"],
            outcome=outputs["source.json"],
            truth=outputs["truth.json"],
            probe=outputs["probe.json"],
        ),
        output=SimpleNamespace(
            video=outputs["video"],
            outcome=outputs["source.json"],
            truth=outputs["truth.json"],
            probe=outputs["probe.json"],
            sheets=outputs["sheets"],
        ),
    )
    for script in ("sources_render.py", "sources_probe.py", "sources_preview.py"):
        runpy.run_path(str(SCRIPTS / script), init_globals={"snakemake": snakemake})
    outcome = read_outcome(outputs["source.json"])
    assert (outcome.kind, outcome.status, outcome.format) == ("demo", "ok", "mp4")
    assert outcome.bytes == Path(outputs["video"]).stat().st_size
    assert len(read_truth(outputs["truth.json"]).faces) == 10
    height, width, _ = cv2.imread(outputs["sheets"] + "/frames.png").shape
    assert width >= 1920 and height * 16 <= width * 9
    assert sorted(path.name for path in Path("results/sources/one").iterdir()) == sorted(outputs)
