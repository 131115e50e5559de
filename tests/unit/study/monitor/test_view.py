"""What the monitor draws: a line for each thing, shares, rates and sizes in few digits."""

import io
from dataclasses import replace

import pytest
from rich.console import Console

from framewright.study.monitor.snapshot import Failure, Part, Snapshot, Working
from framewright.study.monitor.view import draw_bar, format_size, render

STATE = Snapshot(
    folder="/data/study",
    status="running",
    pid=77,
    host="node17",
    seconds=3725.0,
    done=1200,
    wanted=4800,
    jobs_a_minute=12.4,
    seconds_left=7800.0,
    parts=(Part("sources", 1000, 1000, 0, 0), Part("tracks", 200, 3800, 2, 1)),
    running=(
        Working("tracks_deface a", "a.log", 61.0, "30 %: 3 of 10 frames", 0.98, 640_000_000),
        Working("tracks_link b", "b.log", 1.0, "", None, None),
    ),
    failures=(Failure("tracks_deface c", "error: no film", "c.log"),),
    counts={"patches": [{"category": "space", "done": 1234, "share": 5678.6, "kept": None}], "none": []},
    cpu=1.94,
    cores=16,
    rss=1_500_000_000,
    memory_used=9_000_000_000,
    memory=64_000_000_000,
    disk_used=None,
    disk_free=5_000_000_000_000,
    read=2_000_000.0,
    written=900.0,
    resume="make resume",
)


def lines_of(state: Snapshot, height: int | None = None) -> list[str]:
    console = Console(width=80, file=io.StringIO(), record=True, highlight=False)
    console.print(render(state, height))
    return [line.rstrip() for line in console.export_text().splitlines()]


def test_the_whole_state_is_drawn():
    assert lines_of(STATE) == [
        "running  1,200 of 4,800 jobs (25 %), 1 h 02 min, 12/min, 2 h 10 min left",
        "",
        "                      done     of  running  failed",
        "sources  ██████████  1,000  1,000",
        "tracks   ░░░░░░░░░░    200  3,800        2       1",
        "",
        "patches   done  share  kept",
        "space    1,234  5,679",
        "",
        "running",
        "tracks_deface a  1 min 01 s, 98 % CPU, 640 MB",
        "  30 %: 3 of 10 frames",
        "tracks_link b  1 s",
        "",
        "failed",
        "tracks_deface c  error: no film",
        "  c.log",
        "",
        "cpu   1.9 of 16 CPUs, 1.5 GB memory, 9.0 GB of 64.0 GB in use",
        "disk  being counted in results, 5.0 TB left, read 2.0 MB/s, written 900 B/s",
    ]


def test_what_is_not_known_is_left_out():
    calm = {"running": (), "failures": (), "counts": {}, "cpu": None, "rss": None, "read": None}
    state = replace(STATE, status="done", wanted=0, done=0, seconds_left=None, disk_used=5000, **calm)
    assert lines_of(state)[0] == "done  0 of 0 jobs, 1 h 02 min"
    assert lines_of(state)[-2:] == ["cpu   9.0 GB of 64.0 GB in use", "disk  5.0 kB in results, 5.0 TB left"]
    assert lines_of(replace(state, read=1.0, written=None))[-1] == "disk  5.0 kB in results, 5.0 TB left"


@pytest.mark.parametrize(
    ("rate", "said"), [(0.0, "0.0/min"), (9.96, "10.0/min"), (10.0, "10/min"), (1234.0, "1,234/min")]
)
def test_a_slow_rate_has_a_digit_more(rate, said):
    assert lines_of(replace(STATE, jobs_a_minute=rate, seconds_left=None))[0].endswith(f"1 h 02 min, {said}")


@pytest.mark.parametrize(
    ("status", "note", "has_rate"),
    [
        ("running", "", True),
        ("done", "", False),
        ("killed", "The run was killed. To go on where it was: make resume", False),
        ("failed", "The run ended with jobs undone: mend what failed, then run snakemake again.", False),
        ("elsewhere", "The run belongs to process 77 on node17.", True),
    ],
)
def test_a_note_says_what_to_do_and_only_what_lives_has_a_rate(status, note, has_rate):
    first, second, *_ = lines_of(replace(STATE, status=status))
    assert (second, "/min" in first, "left" in first) == (note, has_rate, has_rate)


def test_gpus_and_the_queue_have_a_line_each():
    state = replace(STATE, gpus=("0 H100", "1 H100"), queue={"RUNNING": 1200, "PENDING (Priority)": 3})
    assert lines_of(state)[-3:] == ["gpu   0 H100", "gpu   1 H100", "queue 1,200 running, 3 pending (priority)"]
    assert lines_of(replace(STATE, queue={}))[-1] == "queue no jobs of this study"


def test_of_many_jobs_some_are_shown_and_the_others_counted():
    jobs = tuple(Working(f"job {number:04d}", "", 1.0, "", None, None) for number in range(1500))
    failures = tuple(Failure(f"lost {number}", "", f"{number}.log") for number in range(6))
    lines = lines_of(replace(STATE, running=jobs, failures=failures))
    assert sum(line.startswith("job ") for line in lines) == 8
    assert f"and {1500 - 8:,} more" in lines
    assert [line for line in lines if line.startswith("lost ")] == [f"lost {number}" for number in range(4)]
    assert "and 2 more" in lines
    lines = lines_of(replace(STATE, running=jobs[:8], failures=failures[:4]))
    assert not any(line.endswith(" more") for line in lines)


@pytest.mark.parametrize(("height", "shown"), [(0, 2), (20, 2), (21, 2), (22, 3), (23, 3), (24, 4), (40, 12)])
def test_a_higher_terminal_shows_more_jobs_two_at_least(height, shown):
    jobs = tuple(Working(f"job {number}", "", 1.0, "", None, None) for number in range(99))
    lines = lines_of(replace(STATE, running=jobs), height)
    assert sum(line.startswith("job ") for line in lines) == shown
    assert f"and {99 - shown} more" in lines


def test_in_a_low_terminal_the_state_fits_where_each_job_has_two_lines():
    jobs = tuple(Working(f"job {number}", "", 1.0, "line", None, None) for number in range(99))
    for height in range(24, 40):
        state = replace(STATE, running=jobs, failures=(), counts={})
        assert len(lines_of(state, height)) <= height


@pytest.mark.parametrize(
    ("count", "said"),
    [
        *((0, "0 B"), (999, "999 B"), (999.4, "999 B"), (999.5, "1.0 kB"), (99_900, "99.9 kB"), (99_960, "100 kB")),
        *(
            (999_400, "999 kB"),
            (999_500, "1.0 MB"),
            (999_500_000, "1.0 GB"),
            (999_500_000_000, "1.0 TB"),
            (2e15, "2000.0 TB"),
        ),
    ],
)
def test_a_size_has_three_digits(count, said):
    assert format_size(count) == said


def test_a_bar_is_as_long_as_its_share_rounded_down():
    assert [draw_bar(done, 20).count("█") for done in (0, 1, 2, 10, 19, 20, 21)] == [0, 0, 1, 5, 9, 10, 10]
    assert {len(draw_bar(done, 7)) for done in range(9)} == {10} and draw_bar(0, 0) == "█" * 10


def test_a_part_is_coloured_by_how_far_it_is():
    def style_of(part: Part) -> str:
        console = Console(width=80, file=io.StringIO(), record=True, highlight=False, force_terminal=True)
        console.print(render(replace(STATE, parts=(part,))))
        html = console.export_html(inline_styles=True)
        row = next(line for line in html.splitlines() if "tracks " in line and ("█" in line or "░" in line))
        return next((name for name, sign in (("red", "#800000"), ("green", "#008000")) if sign in row), "plain")

    assert style_of(Part("tracks", 4, 4, 0, 1)) == "red"
    assert style_of(Part("tracks", 4, 4, 0, 0)) == "green"
    assert style_of(Part("tracks", 3, 4, 1, 0)) == style_of(Part("tracks", 3, 4, 0, 0)) == "plain"
