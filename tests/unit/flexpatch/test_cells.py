"""Cells of a frame: where new objects are looked for, and that every place gets its turn."""

import time

import numpy as np
import pytest

from framewright.errors import UserError
from framewright.flexpatch.runtime.cells import LONGEST, MOVING, Cells, edge_strength, find_best_windows, halve

SIZE = (640, 360)
NOTHING = np.zeros((0, 4))


@pytest.mark.parametrize(
    ("size", "cell", "shape"),
    [((1280, 720), (8, 8), (90, 160)), ((641, 359), (8, 8), (45, 81)), ((640, 360), (20, 22), (17, 32))],
    ids=["whole cells", "cells that reach beyond the frame", "cells of the origin's size"],
)
def test_cells_cover_the_frame(size, cell, shape):
    cells = Cells(size, cell)
    grey = np.zeros(size[::-1], np.uint8)
    assert cells.waited.shape == shape == cells.priorities(grey, NOTHING).shape


def test_edges_are_where_the_picture_changes():
    grey = np.full((64, 64), 90, np.uint8)
    grey[:, 30:34] = 200
    strong = edge_strength(halve(grey, (8, 8), (64, 64)), (8, 8))
    assert (strong[:, 3:5].max(axis=1) > 20).all()
    assert (np.delete(strong, [2, 3, 4], axis=1) == 0).all()


def test_what_changes_where_nothing_is_followed_is_looked_at_first():
    cells, before = Cells((64, 64)), np.full((64, 64), 90, np.uint8)
    after = before.copy()
    after[40:48, 8:16] = 160
    cells.wait()
    still = cells.priorities(before, NOTHING)
    assert (cells.priorities(after, NOTHING) - still).max() >= MOVING
    assert cells.choose(after, NOTHING, (1, 1), 1)[0][0] != (8, 40, 16, 48), "it changes no more"
    cells.priorities(before, NOTHING)
    assert cells.choose(after, NOTHING, (1, 1), 1)[0][0] == (8, 40, 16, 48)
    cells.priorities(before, NOTHING)
    followed = cells.priorities(after, np.array([[8, 40, 16, 48.0]]))
    assert followed[5, 1] == 0


def test_a_camera_that_shakes_makes_nothing_move():
    cells, ground = Cells((128, 128)), np.random.default_rng(0).integers(0, 255, (130, 130), np.uint8)
    still = cells.priorities(ground[:128, :128], NOTHING)
    assert (cells.priorities(ground[1:129, 1:129], NOTHING) <= still.max() + 10).all()


def test_cells_of_an_odd_size_are_refused():
    with pytest.raises(UserError, match="even"):
        Cells(SIZE, (7, 8))


def test_waiting_counts_up_to_its_limit_and_edges_count_extra():
    cells, grey = Cells((64, 64), weight=7.0, threshold=5.0), np.zeros((64, 64), np.uint8)
    grey[:, 20] = 255
    for _ in range(LONGEST):
        cells.wait()
    priority = cells.priorities(grey, NOTHING)
    assert priority[0, 2] == LONGEST + 7 and priority[0, 6] == LONGEST


def test_no_cell_under_a_box_is_looked_at_for_new_objects():
    cells = Cells(SIZE)
    cells.wait()
    priority = cells.priorities(np.zeros(SIZE[::-1], np.uint8), np.array([[80, 40, 161, 100.5]]))
    assert (priority[5:13, 10:21] == 0).all()
    assert (np.delete(priority, slice(5, 13), axis=0) > 0).all() and (np.delete(priority, slice(10, 21), 1) > 0).all()


def test_cells_start_again_where_the_detector_looked_even_if_it_found_nothing():
    cells = Cells((64, 64))
    for _ in range(9):
        cells.wait()
    cells.examine([(8, 16, 30, 64)])
    assert (cells.waited[2:, 1:3] == 0).all()
    assert cells.waited.sum() == 9 * (64 - 12), "only cells that lie in it as a whole"


def test_the_windows_of_the_largest_sums_are_chosen_and_do_not_count_twice():
    priority = np.zeros((20, 30))
    priority[3, 4], priority[3, 5], priority[15, 20] = 5, 4, 7
    (first, one), (second, other) = find_best_windows(priority, (4, 3), 5)
    assert (one, other) == (9, 7)
    assert first[0] <= 4 and first[2] > 5 and first[1] <= 3 < first[3]
    assert second[0] <= 20 < second[2] and second[1] <= 15 < second[3]


def test_a_patch_has_twenty_by_twenty_two_cells_and_stays_in_the_frame():
    cells = Cells((1283, 717))
    cells.wait()
    chosen = cells.choose(np.zeros((717, 1283), np.uint8), NOTHING, (20, 22), 40)
    assert chosen[0][0] == (0, 0, 160, 176)
    for (x1, y1, x2, y2), _ in chosen:
        assert 0 <= x1 < x2 <= 1283 and 0 <= y1 < y2 <= 717


@pytest.mark.parametrize("busy", [0.0, 0.8], ids=["an empty scene", "a scene whose other end is full of edges"])
def test_every_cell_is_looked_at_in_bounded_time(busy):
    cells, rng = Cells(SIZE), np.random.default_rng(0)
    grey = np.zeros(SIZE[::-1], np.uint8)
    wide = int(busy * SIZE[0])
    grey[:, :wide] = rng.integers(0, 255, (SIZE[1], wide))
    last, longest = np.zeros(cells.waited.shape, int), 0
    for frame in range(1, 400):
        cells.wait()
        cells.examine(region for region, _ in cells.choose(grey, NOTHING, (10, 11), 1))
        last[cells.waited == 0] = frame
        longest = max(longest, (frame - last).max())
    # 40 patches cover the frame
    assert (last > 0).all() and longest < 160


@pytest.mark.slow
def test_the_cell_map_of_a_large_frame_takes_few_milliseconds():
    cells, grey = Cells((1920, 1080)), np.random.default_rng(0).integers(0, 255, (1080, 1920), np.uint8)
    cells.wait()
    taken = []
    for _ in range(20):
        begun = time.process_time()
        cells.choose(grey, np.array([[100, 100, 300, 300.0]] * 20), (20, 22), 8)
        taken.append(time.process_time() - begun)
    assert min(taken) < 0.0085, "the figure of a vectorised map alone"
