"""The picture of costs: bars in two columns as long as the costs, each with its number and unit."""

import pytest
from drawn import read_drawing, size_of

from framewright.report import palette
from framewright.report.costs import BARS, MEMORY, TIME, Cost, draw_costs

COSTS = [Cost("dear", 2, 99.0, 100.0, 1024.0), Cost("cheap", 1, 40.0, 25.0, 512.0), Cost("free", 1, 7.0, 0.0, 0.0)]


def words_of(*costs: Cost) -> list[str]:
    return [line.words for line in read_drawing(draw_costs(costs))[2]]


def cost(seconds: float = 1.0, mebibytes: float = 1.0, jobs: int = 1) -> Cost:
    return Cost("rule", jobs, 7.0, seconds, mebibytes)


def test_a_bar_is_as_long_as_its_share_of_the_largest():
    boxes, _, _ = read_drawing(draw_costs(COSTS))
    tracks = [box for box in boxes if box.fill == palette.TRACK]
    time, memory = ([box for box in boxes if box.fill == colour] for colour in (TIME, MEMORY))
    assert [box.width for box in time] == pytest.approx([229, 229 / 4], abs=0.06)
    assert [box.width for box in memory] == pytest.approx([229, 229 / 2], abs=0.06)
    assert {box.width for box in tracks} == {229} and len(tracks) == 6  # both columns alike, and what is 0 has no bar
    assert {box.height for box in boxes} == {16}
    assert {box.x for box in time} == {222} and {box.x for box in memory} == {222 + 229 + 124}
    assert max(box.right for box in boxes) + 124 + 32 == size_of(draw_costs(COSTS))[0] == 960


def test_the_smallest_cost_is_still_seen():
    boxes, _, _ = read_drawing(draw_costs([cost(1e6, 1e6), cost(1.0, 1.0)]))
    assert [box.width for box in boxes if box.fill in (TIME, MEMORY)] == [229, 229, 3, 3]


def test_each_row_has_its_rule_its_numbers_and_its_bars_in_line():
    boxes, _, words = read_drawing(draw_costs(COSTS))
    rows = sorted({box.y for box in boxes})
    assert rows == [110, 138, 166] and size_of(draw_costs(COSTS))[1] == 166 + 28 + 20
    for row, said in zip(
        rows,
        [("dear", "2 min× 2", "1.0 GiB"), ("cheap", "25.0 s× 1", "512 MiB"), ("free", "0.0 s× 1", "0 MiB")],
        strict=True,
    ):
        beside = [line for line in words if line.y == row + 13]
        assert tuple(line.words for line in beside) == said
        assert [line.x for line in beside] == [222 - 14, 222 + 229 + 8, 575 + 229 + 8]
        assert [line.anchor for line in beside] == ["end", "start", "start"]
        assert [line.size for line in beside] == [13, 12, 12]


def test_the_columns_are_named_above_their_bars():
    _, dots, words = read_drawing(draw_costs(COSTS))
    names = [line for line in words if line.y == 96]
    assert [line.words for line in names] == ["processor time of all jobs", "memory of the largest job"]
    assert [line.x for line in names] == [222 + 15, 575 + 15] and [dot.x for dot in dots] == [222 + 5, 575 + 5]
    assert [dot.fill for dot in dots] == [TIME, MEMORY] and {dot.y for dot in dots} == {92}
    assert {line.size for line in names} == {12} and {dot.radius for dot in dots} == {4.5}
    title, total = words[:2]
    assert (title.x, title.y, title.size, title.bold) == (32, 44, 20, True)
    assert (total.x, total.y, total.size, total.bold) == (32, 65, 12, False)


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        *((0.04, "0.0 s"), (99.9, "99.9 s"), (100.0, "2 min"), (150.0, "2 min"), (5999.0, "100 min")),
        *((6000.0, "1.7 h"), (36_000.0, "10.0 h")),
    ],
)
def test_a_duration_has_the_unit_in_which_it_reads_well(seconds, said):
    assert f"{said}× 1" in words_of(cost(seconds))


@pytest.mark.parametrize(
    ("mebibytes", "said"), [(0.4, "0 MiB"), (1023.0, "1023 MiB"), (1024.0, "1.0 GiB"), (5120.0, "5.0 GiB")]
)
def test_memory_has_the_unit_in_which_it_reads_well(mebibytes, said):
    assert said in words_of(cost(mebibytes=mebibytes))


def test_the_total_adds_up_jobs_and_processor_time():
    total = "1,003 jobs took 52.0 s of processor time together, without Snakemake's own."
    assert words_of(cost(40.0, jobs=1000), cost(12.0, jobs=3))[1] == total


def test_a_long_rule_is_cut():
    assert "r" * 24 in words_of(Cost("r" * 24, 1, 1, 1, 1)) and "r" * 23 + "…" in words_of(Cost("r" * 25, 1, 1, 1, 1))


def test_the_line_of_the_others_adds_them_up_and_all_have_their_own_where_they_fit():
    costs = [Cost(f"rule_{place}", 2, 3.0, 50.0 - place, 10.0 + place) for place in range(BARS)]
    boxes, _, words = read_drawing(draw_costs(costs))
    assert len(boxes) == 4 * BARS and not [line for line in words if "other" in line.words]
    boxes, _, words = read_drawing(draw_costs([*costs, Cost("last", 5, 3.0, 1.0, 4.0)]))
    assert len(boxes) == 4 * BARS
    row = [line.words for line in words if line.y == words[-1].y]
    assert row == ["2 other rules", "38.0 s× 7", "23 MiB"]  # the memory is that of the largest
