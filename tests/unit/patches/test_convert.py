"""The origin's generator_config.json, as it was at first and with what was added later, in our words."""

import json
import runpy
import sys
from pathlib import Path

import pytest
import yaml

from framewright.errors import UserError
from framewright.patches.convert import convert
from framewright.study import config, table, table_faults

ROOT = Path(__file__).parents[3]
SCHEMAS = ROOT / "config/schemas"
DEFAULTS = config.complete({}, SCHEMAS)[0]["patches"]
BASE = {
    "base_frame_limit": 3000,
    "max_workers": 12,
    "val_percent": 0.0,
    "output_base_dir": "/mnt/data/training/dataset",
    "temp_dir": "/mnt/data/training/dataset/temp",
    "status_file": "/mnt/data/training/dataset/.generator_status.json",
    "min_file_size": 10000,
    "scene_diff_threshold": 45,
    "max_retry_attempts": 10,
    "retry_skip_seconds": 60,
}
AVATAR = {
    "name": "Avatar",
    "path": "/films/Avatar (2009).mkv",
    "categories": {"general": 0.3, "space": 0.4, "toon": 0.3},
}


def converted(*videos, base=BASE, **more):
    return convert(json.dumps({"base_settings": base, "videos": list(videos)} | more), DEFAULTS)


def test_settings_videos_and_weights_keep_their_meaning():
    made = converted(AVATAR)
    assert made.rows == (("Avatar", "/films/Avatar (2009).mkv", "general=0.3,space=0.4,toon=0.3"),)
    assert made.patches == {
        "base_frame_limit": 3000,
        "min_file_size": 10000,
        "scene_diff_threshold": 45,
        "max_retry_attempts": 10,
        "retry_skip_seconds": 60,
    }
    assert [line.split(" = ")[0] for line in made.odd] == [
        f"base_settings.{key}" for key in ("max_workers", "output_base_dir", "temp_dir", "status_file")
    ]
    assert made.odd[0].endswith("-c12")


def test_later_files_bring_their_own_categories_formats_and_targets():
    sizes = {"small_540": ([540, 540], 0.5), "medium_169": ([405, 720], 0.3), "huge": ([2160, 3840], 0.2)}
    own = {name: {"gt_size": size, "probability": share} for name, (size, share) in sizes.items()}
    video = {"name": "Shrek", "path": "Shrek.mkv", "categories": {"master": 0.2, "toon": 0.8}, "priority": 3}
    made = converted(video, base={}, category_targets={"master": 150000}, format_config={"master": own})
    assert list(made.patches["categories"]) == ["toon", "master"]
    master = made.patches["categories"]["master"]
    assert master["path"] == "Master/MasterModel" and master["target"] == 150000
    assert master["formats"] == {"small_540": 0.625, "medium_169": 0.375}
    assert made.patches["categories"]["toon"] == {
        "path": "Toon/ToonModel",
        "formats": {"small_540": 0.65, "medium_169": 0.35},
    }
    assert config.complete({"patches": made.patches}, SCHEMAS)[1] == []
    said = "\n".join(made.odd)
    assert "format_config.master.huge: not a format" in said and "priority of 1 video" in said


ODD = {
    "a video without a path": ({"name": "x"}, "videos[1]: has no path; left out"),
    "a path that is there already": (
        {**AVATAR, "name": "Again"},
        "videos[1] Again: the same path as of a video before",
    ),
    "no categories": ({"name": "x", "path": "x.mkv"}, "videos[1] x: has no categories; left out"),
    "a share that is a word": (
        {"name": "x", "path": "x.mkv", "categories": {"general": "much"}},
        'videos[1] x: general = "much" is no share; ignored',
    ),
    "shares beyond the whole": (
        {"name": "x", "path": "x.mkv", "categories": {"general": 1, "toon": 1}},
        "videos[1] x: its shares sum to 2; scaled down to 1",
    ),
    "keys of its own": (
        {**AVATAR, "path": "b.mkv", "skip_test_editions": True},
        "videos: skip_test_editions of 1 video",
    ),
    "a title that differs only by case": ({**AVATAR, "name": "AVATAR", "path": "b.mkv"}, "since another one would be"),
    "no group of keys": ("Avatar", "videos[1]: has no path; left out"),
}


@pytest.mark.parametrize(("video", "line"), ODD.values(), ids=ODD)
def test_odd_entries_are_reported(video, line):
    made = converted(AVATAR, video, base={})
    assert any(line in own for own in made.odd), made.odd
    assert len({name.lower() for name, _, _ in made.rows}) == len(made.rows)


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"videos": {}}', '{"videos": [], "base_settings": []}'])
def test_what_is_no_such_file_is_refused_in_a_line(text):
    with pytest.raises(UserError, match=r"generator_config\.json"):
        convert(text, DEFAULTS)


def run(folder: Path, monkeypatch, *arguments: str) -> None:
    monkeypatch.chdir(folder)
    monkeypatch.setattr(sys, "argv", ["convert_patches.py", *arguments])
    runpy.run_path(str(ROOT / "scripts/convert_patches.py"), run_name="__main__")


@pytest.mark.slow
def test_table_and_config_are_accepted_and_missing_films_are_set_aside(tmp_path, monkeypatch, capsys):
    for name in ("a.mkv", "b {edition}.mkv"):
        (tmp_path / name).write_bytes(b"film")
    own = [{"name": name, "path": name, "categories": {"general": 1}} for name in ("a.mkv", "b {edition}.mkv", "c.mkv")]
    (tmp_path / "generator_config.json").write_text(json.dumps({"base_settings": BASE, "videos": own}))
    run(tmp_path, monkeypatch, "generator_config.json", "--licence", "CC0-1.0")
    said = capsys.readouterr().err
    assert "c.mkv: no such file" in said and "word in braces" in said
    assert "1 film in films.tsv, 2 more behind #" in said
    cells = table.read_table("films.tsv")
    assert table_faults.find_faults(cells, SCHEMAS, []) == []
    assert list(table.type_rows(cells)) == ["a"]
    assert config.complete(yaml.safe_load(Path("films.yaml").read_text()), SCHEMAS)[1] == []
    with pytest.raises(SystemExit, match=r"films\.tsv exists; --force"):
        run(tmp_path, monkeypatch, "generator_config.json")


def test_what_was_written_is_checked_and_a_fault_fails(tmp_path, monkeypatch, capsys):
    (tmp_path / "a.mkv").write_bytes(b"film")
    films = [{"name": "a.mkv", "path": "a.mkv", "categories": {"general": 1}}]
    (tmp_path / "generator_config.json").write_text(json.dumps({"base_settings": BASE, "videos": films}))
    with pytest.raises(SystemExit, match="are written, but 1 lines above must be mended"):
        run(tmp_path, monkeypatch, "generator_config.json", "--licence", "CC0\x07")
    assert "films.tsv: row 2: licence" in capsys.readouterr().err
