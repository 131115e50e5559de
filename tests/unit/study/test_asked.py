"""Which pipelines a run makes, and whose videos the demo's detector must not touch."""

from types import SimpleNamespace

import pytest

from framewright.study.asked import find_asked, find_emptied, find_idle, list_detector_faults, name_words

ALL = ["tracks", "patches", "videomnist", "persistence", "flexpatch"]
ON_ROWS = ["tracks", "patches", "flexpatch"]


def row(video, *pipelines, kind="local"):
    return SimpleNamespace(video=video, pipelines=pipelines, kind=kind)


@pytest.mark.parametrize(
    ("line", "asked"),
    [
        ("-c4", ["patches"]),
        ("-c4 tracks", ["tracks"]),
        ("-n -- flexpatch tracks", ["flexpatch", "tracks"]),
        ("-c1 -- tracks_detect", ["tracks"]),
        ("-c1 results/flexpatch/boxes/street.txt", ["flexpatch"]),
        ("-c1 -- sources", []),
        ("-c1 -- check", []),
        ("-c1 -- all", ["patches"]),
        ("-c1 -- cards", ["patches"]),
        ("-c1 --config tracks={dataset: X} seed=1", ["patches"]),
        ("--configfile films.yaml --profile slurm", ["patches"]),
    ],
)
def test_a_command_line_asks_for_pipelines_by_its_targets(line, asked):
    assert find_asked(line.split(), ALL, ["patches"]) == asked


@pytest.mark.parametrize(
    ("rows", "idle"),
    [
        ([], ["tracks", "patches", "flexpatch"]),
        ([row("a", "tracks")], ["patches", "flexpatch"]),
        ([row("a", "patches")], ["tracks", "flexpatch"]),
        ([row("a", "flexpatch")], ["tracks", "patches"]),
        ([row("a", "tracks", "flexpatch")], ["patches"]),
        ([row("a", "tracks"), row("b", "patches")], ["flexpatch"]),
        ([row("a", "tracks", "patches"), row("b", "flexpatch")], []),
    ],
)
def test_a_pipeline_that_no_row_names_makes_nothing_and_says_so(rows, idle):
    found = find_idle(ALL, ON_ROWS, rows, {})
    assert list(found) == idle
    assert all(line.startswith(f"{word}: makes nothing: no row of the video table") for word, line in found.items())


def test_without_a_detector_flexpatch_makes_nothing_and_says_so():
    rows = [row("a", "tracks", "flexpatch")]
    assert find_idle(ALL, ON_ROWS, rows, {"flexpatch": "none"}) == {
        "patches": "patches: makes nothing: no row of the video table names it in the column pipelines",
        "flexpatch": "flexpatch: makes nothing: flexpatch.detector.weights is none",
    }


@pytest.mark.parametrize(
    ("rows", "weights", "names"),
    [
        pytest.param([row("a", "tracks"), row("s", "tracks", kind="demo")], None, "(a)", id="mixed with scenes"),
        pytest.param([row(name, "tracks") for name in "abcde"], None, "(a, b, c and 2 more)", id="many"),
        pytest.param([row("m", "tracks", kind="mot")], None, "(m)", id="annotated"),
        pytest.param([row("s", "tracks", kind="demo")], None, "", id="scenes alone"),
        pytest.param([row("a", "patches")], None, "", id="of another pipeline"),
        pytest.param([row("a", "tracks")], "yolo.onnx", "", id="with weights"),
        pytest.param([row("a", "tracks")], "none", "", id="without detector"),
    ],
)
def test_the_demos_detector_serves_scenes_alone(rows, weights, names):
    lines = list_detector_faults(["tracks"], rows, {"tracks": weights, "flexpatch": None}, "films.tsv")
    assert len(lines) == bool(names)
    for line in lines:
        assert line.startswith("config: tracks.detector.weights = null: ")
        assert f"videos of films.tsv falsely {names}; name weights: download" in line
        assert "or export a model of yours" in line and "or write none" in line


def test_what_is_not_asked_for_stops_nothing():
    assert list_detector_faults([], [row("a", "tracks")], {"tracks": None}, "films.tsv") == []


@pytest.mark.parametrize(
    ("line", "words"),
    [
        *(("-c4", "sources+patches+cards"), ("-c4 tracks", "sources+tracks"), ("-- tracks sources", "sources+tracks")),
        *(("-- check", "sources"), ("-- sources check forecast", "sources"), ("-- all", "sources+patches+cards")),
        *(("-- cards tracks", "sources+patches+cards"), ("-- tracks tracks_detect patches", "sources+tracks+patches")),
        *(("results/cards/a", "sources+patches+cards"), ("results/odd/a tracks", "sources+patches+cards")),
        ("results/tracks/a.mp4", "sources+tracks"),
        ("-- sources overview tracks", "sources+patches+cards"),
        (
            f"-- {' '.join(sorted({'sources', 'check', 'forecast', *ALL}))}",
            "sources+flexpatch+patches+persistence+tracks+videomnist",
        ),
    ],
)
def test_what_is_asked_for_is_named_in_a_word(line, words):
    assert name_words(line.split(), ALL, ["patches"]) == words


def test_a_pipeline_with_rows_that_has_nothing_to_work_on_any_more_is_emptied(tmp_path):
    for name in ("sources", "tracks", "patches", "flexpatch"):
        (tmp_path / name / "rows").mkdir(parents=True)
    (tmp_path / "persistence").mkdir()
    assert find_emptied(tmp_path, ["tracks", "persistence"]) == ["flexpatch", "patches"]
    assert find_emptied(tmp_path, ["tracks", "flexpatch", "patches"]) == []


@pytest.mark.parametrize(
    ("count", "names"),
    [(1, "v0"), (3, "v0, v1, v2"), (4, "v0, v1, v2 and 1 more"), (1004, "v0, v1, v2 and 1,001 more")],
)
def test_three_videos_are_named_and_the_others_counted(count, names):
    rows = [row(f"v{number}", "flexpatch") for number in range(count)]
    [line] = list_detector_faults(["flexpatch", "patches"], rows, {"flexpatch": None}, "films.tsv")
    assert f"({names}); " in line and line.endswith(", or write none, and flexpatch makes nothing")
