"""What a run will take: from a study's own jobs where there are some, and how wrong it was."""

import json

import pytest

from framewright.study.forecast import (
    RATES,
    USUAL,
    Rate,
    Row,
    Size,
    Work,
    compare,
    compose_table,
    fit_rates,
    forecast,
    list_work,
    read_sizes,
)
from framewright.study.usage import Usage

SIZES = {"a": Size(100.0, 1e9), "b": Size(300.0, 3e9)}


def test_a_video_counts_by_its_frames_and_one_that_is_unknown_as_the_mean():
    work = {part.rule: part for part in list_work({"tracks_deface": ["a", "b", "c"], "x": 7}, SIZES, ["tracks_deface"])}
    assert work["tracks_deface"] == Work("tracks_deface", 3, 600.0, True, 6e9)
    assert work["x"] == Work("x", 7)
    assert list_work({"y": ["a"]}, {}, [])[0].megapixels == USUAL


def test_rates_are_those_of_the_studys_jobs_and_give_them_back():
    used = [Usage("tracks_deface", "a", 20, 10.5, 1, begin=1), Usage("tracks_deface", "b", 60, 30.5, 1, begin=2)]
    fitted = fit_rates(used, SIZES)
    assert fitted == {"tracks_deface": (Rate(0.5, 0.1), 2)}
    [row] = forecast([Work("tracks_deface", 2, 400.0)], fitted)
    assert (row.seconds, row.measured) == (pytest.approx(41.0), 2)
    ten = forecast([Work("tracks_deface", 20, 4000.0)], fitted)[0]
    assert ten.seconds == pytest.approx(410.0)


def test_a_rule_without_videos_takes_its_mean():
    fitted = fit_rates([Usage("shard", "0", 4, 3.0, 1, begin=1), Usage("shard", "1", 4, 5.0, 1, begin=2)], SIZES)
    assert forecast([Work("shard", 10)], fitted)[0].seconds == 40.0


def test_without_jobs_the_rates_of_other_studies_count_and_what_nobody_knows_is_said():
    deface, unknown = forecast([Work("nobody_knows", 3), Work("tracks_deface", 2, 400.0, bytes=4e9)], {})
    rate = RATES["tracks_deface"]
    assert deface.seconds == 2 * rate.start + 400 * rate.megapixel
    assert unknown.seconds is None
    lines = compose_table([deface, unknown], cores=4, unprobed=5)
    assert lines[1].split()[:2] == ["tracks_deface", "2"] and lines[1].endswith("5.2  other studies")
    assert lines[2].split()[2] == "?" and "not measured yet" in lines[2]
    assert any(line.startswith("5 videos are not probed yet") for line in lines)
    assert lines[-1].startswith("no job of this study is measured")


def test_64000_videos_take_days_on_many_nodes_and_hours_of_a_gpu_stand_apart():
    work = [Work("tracks_deface", 64000, 64000 * USUAL), Work("tracks_detect", 64000, 64000 * USUAL, gpu=True)]
    lines = compose_table(forecast(work, {}), cores=2, unprobed=0)
    assert float(lines[1].split()[2].replace(",", "")) == pytest.approx(64000 * USUAL * 0.12 / 3600, rel=0.01)
    total = next(line for line in lines if line.startswith("all")).split()
    assert float(total[3].replace(",", "")) == pytest.approx(64000 * (1.2 + USUAL * 0.03) / 3600, rel=0.01)
    assert any("days on 10 nodes of 16 cores" in line for line in lines)


def test_afterwards_it_is_said_how_wrong_it_was():
    rows = forecast([Work("tracks_deface", 1, 100.0), Work("tracks_follow", 2, 100.0)], {})
    [line] = compare(rows, [Usage("tracks_deface", "a", 30, 25.0, 1)])
    assert line.startswith("of 1 rules that have run completely, 12 CPU seconds were foretold before any job, and 25")
    assert "0.50 times" in line and "tracks_deface" in line
    assert compare(rows, []) == []


def test_the_part_in_use_counts_and_a_missing_record_does_not(tmp_path):
    record = {
        **{"video": "a", "status": "ok", "frames": 250, "duration": 10.0, "use": [5.0, 10.0], "bytes": 7},
        **{"displayed_size": [1000, 500]},
    }
    (tmp_path / "a.json").write_text(json.dumps(record))
    assert read_sizes(f"{tmp_path}/{{video}}.json", ["a", "gone"]) == {"a": Size(62.5, 7)}


def test_a_video_without_a_length_counts_whole_and_none_more_than_once(tmp_path):
    whole = {"video": "a", "status": "ok", "frames": 100, "bytes": 7, "displayed_size": [2000, 1000]}
    for name, times in (
        ("picture", {"duration": 0.0, "use": [0.0, 0.0]}),
        ("longer", {"duration": 1.0, "use": [1.0, 5.0]}),
        ("quarter", {"duration": 0.8, "use": [0.4, 0.6]}),
    ):
        (tmp_path / f"{name}.json").write_text(json.dumps(whole | times))
    sizes = read_sizes(f"{tmp_path}/{{video}}.json", ["picture", "longer", "quarter"])
    assert [round(size.megapixels, 6) for size in sizes.values()] == [200.0, 200.0, 50.0]


def test_the_usual_video_has_five_minutes_of_720_lines_at_30_frames_a_second():
    assert pytest.approx(1280 * 720 * 30 * 300 / 1e6, rel=0.01) == USUAL
    assert list_work({"y": ["a", "b"]}, {}, ["y"]) == [Work("y", 2, 2 * USUAL, True, 0.0)]


def test_a_job_starts_no_slower_than_the_quickest_one_took():
    quick = [Usage("tracks_deface", "a", 1, 0.25, 1, begin=1), Usage("tracks_deface", "b", 9, 8.25, 1, begin=2)]
    assert fit_rates(quick, SIZES) == {"tracks_deface": (Rate(0.25, 8.0 / 400), 2)}
    unknown = [Usage("x", "a", 1, 10.5, 1, begin=1), Usage("x", "gone", 1, 0.75, 1, begin=2)]
    assert fit_rates(unknown, SIZES) == {"x": (Rate(0.5, (11.25 - 1.0) / 100), 2)}
    slow = [Usage("tracks_detect", "a", 40, 40, 1), Usage("tracks_detect", "b", 40, 41, 1)]
    assert fit_rates(slow, SIZES)["tracks_detect"][0].start == RATES["tracks_detect"].start
    again = [Usage("x", "a", 1, 99.0, 1, begin=1), Usage("x", "a", 1, 10.5, 1, begin=2)]
    assert fit_rates(again, SIZES) == {"x": (Rate(0.5, 0.1), 1)}  # after an edit: the last time counts


def test_the_costliest_rule_comes_first_and_what_has_no_jobs_is_left_out():
    fitted = {"a": (Rate(1.0), 3), "b": (Rate(2.0, 0.5), 4), "c": (Rate(9.0), 1), "d": (Rate(1.0), 2)}
    work = [Work("a", 10), Work("z", 5), Work("d", 10), Work("y", 2), Work("b", 10, 40.0), Work("c", 0), Work("x", 0)]
    rows = forecast(work, fitted)
    assert [row.work.rule for row in rows] == ["b", "a", "d", "y", "z"]
    assert [(row.seconds, row.longest, row.measured) for row in rows[:2]] == [(40.0, 4.0, 4), (10.0, 1.0, 3)]
    assert rows[-1] == Row(Work("z", 5), None, 0.0, 0)


def test_the_table_says_hours_of_processors_and_gpus_apart_and_what_is_stored():
    rows = [
        Row(Work("tracks_detect", 2, gpu=True), 360_000.0, 7200.0, 2),
        Row(Work("sources_download", 1000, bytes=3e9), 5400.0, 5.4, 0),
        Row(Work("nobody_knows", 4), None, 0.0, 0),
    ]
    assert compose_table(rows, cores=4, unprobed=0) == [
        "rule                           jobs    CPU hours    GPU hours         GB  rates of",
        "tracks_detect                     2                       100             2 jobs of this study",
        "sources_download              1,000          1.5                     3.0  other studies",
        "nobody_knows                      4            ?                          nobody: not measured yet",
        "all                           1,006          1.5          100        3.0",
        "about 25 hours on the 4 cores of this run",
        "about 2 hours on 10 nodes of 16 cores",  # no sooner than the longest job ends
        "about 2 hours on 100 nodes of 16 cores",
    ]


def test_of_the_cores_of_nodes_four_fifths_are_busy():
    [*_, ten, hundred, none] = compose_table([Row(Work("x", 9), 3600.0 * 128 * 20, 36.0, 0)], 1, unprobed=0)
    assert (ten, hundred) == ("about 20 hours on 10 nodes of 16 cores", "about 2 hours on 100 nodes of 16 cores")
    assert none.startswith("no job of this study is measured")


@pytest.mark.parametrize(
    ("seconds", "hours", "said"),
    [
        (3600.0 * 0.123456, "0.123", "7 minutes"),
        (3600.0 * 1.99, "1.99", "119 minutes"),
        (3600.0 * 2, "2", "2 hours"),
        (3600.0 * 71.4, "71.4", "71 hours"),
        (3600.0 * 72, "72", "3 days"),
        (3600.0 * 99.4, "99.4", "4 days"),
        (3600.0 * 100, "100", "4 days"),
        (3600.0 * 2400, "2,400", "100 days"),
    ],
)
def test_times_read_well(seconds, hours, said):
    lines = compose_table([Row(Work("x", 1), seconds, 0.0, 1)], cores=1, unprobed=0)
    assert lines[1].split()[2] == hours and f"about {said} on the 1 cores of this run" in lines


def test_without_work_nothing_takes_any_time():
    lines = compose_table([], cores=2, unprobed=0)
    assert lines[1].split() == ["all", "0", "0", "0", "0.0"]
    assert lines[2] == "about 0 minutes on the 2 cores of this run"


def test_only_rules_that_have_run_completely_are_compared_and_the_worst_of_them_is_named():
    works = (("a", 2, 30.0), ("b", 1, 10.0), ("c", 3, 99.0))
    rows = [Row(Work(rule, jobs), seconds, 0.0, 0) for rule, jobs, seconds in works] + [Row(Work("d", 1), None, 0.0, 0)]
    used = [
        *(Usage("a", "x", 1, 20.0, 1), Usage("a", "y", 1, 12.0, 1)),
        *(Usage("b", "x", 1, 6.0, 1), Usage("b", "x", 1, 4.0, 1, begin=1)),  # again: the last counts
        *(Usage("c", "x", 1, 1.0, 1), Usage("d", "x", 1, 1.0, 1)),
    ]
    assert compare(rows, used) == [
        "of 2 rules that have run completely, 40 CPU seconds were foretold before any job, and 36 taken: 1.11 times; "
        "furthest off was b, 10 for 4"
    ]
    [line] = compare(rows, [Usage("b", "x", 1, 0.0, 1)])
    assert "10 CPU seconds were foretold before any job, and 0 taken: 0.00 times" in line
