"""What a run will take: from a study's own jobs where there are some, and how wrong it was."""

import json

import pytest

from framewright.study.forecast import (
    RATES,
    USUAL,
    Rate,
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
