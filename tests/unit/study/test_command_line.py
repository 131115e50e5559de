"""Mistakes in a command line that Snakemake would answer with a traceback are a line each."""

import pytest

from framewright.study.command_line import find_faults


@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param([], id="nothing"),
        pytest.param(["-c4", "--", "tracks", "a.b=1"], id="a target with a dot"),
        pytest.param(["--config", "seed=1", "videos=films/my.tsv", "-n"], id="values with dots"),
        pytest.param(["--config", "tracks={keep: {min_seconds: 0.5}}"], id="braces"),
        pytest.param(["--config", "seed="], id="an empty value"),
        pytest.param(["--config=seed=1", "-C", "seed=2", "--resources", "mem.x=3"], id="other spellings and options"),
    ],
)
def test_what_snakemake_can_read_is_no_fault(arguments):
    assert find_faults(arguments) == []


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        pytest.param(["--config", "a.b=1"], "write --config 'a={b: 1}'", id="two levels"),
        pytest.param(["-C", "a.b.c=x"], "write --config 'a={b: {c: x}}'", id="three levels"),
        pytest.param(["--config=a.b=1"], "write --config 'a={b: 1}'", id="an equals sign"),
        pytest.param(["-n", "--config", "seed=1", "patches.val=0.1"], "'patches={val: 0.1}'", id="the second entry"),
        pytest.param(["--config", "seed"], "no value; write --config seed=VALUE, and targets behind --", id="no value"),
        pytest.param(["--config", "1=2"], "'1' is no key", id="a number"),
        pytest.param(["--config", "=2"], "'' is no key", id="no key"),
    ],
)
def test_an_entry_that_can_t_be_read_is_answered_with_how_to_write_it(arguments, words):
    (line,) = find_faults(arguments)
    assert words in line


@pytest.mark.parametrize(
    ("text", "words"),
    [
        pytest.param(None, "no such file", id="missing"),
        pytest.param("a: [\n", "line 2: not YAML", id="broken"),
        pytest.param("- 1\n", "it must hold keys and values", id="a list"),
        pytest.param("", "it must hold keys and values", id="empty"),
        pytest.param(b"\xff\xfe\x00", "not YAML", id="no text"),
    ],
)
def test_a_configfile_that_can_t_be_read_is_named(tmp_path, text, words):
    path = tmp_path / "more.yaml"
    if text is not None:
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
    (line,) = find_faults(["--configfile", str(path), "-n"])
    assert line.startswith(f"--configfile {path}") and words in line


def test_a_configfile_that_can_be_read_is_no_fault(tmp_path):
    (tmp_path / "more.yaml").write_text("seed: 1\n")
    assert find_faults(["--configfiles", str(tmp_path / "more.yaml")]) == []


def test_a_folder_is_no_configfile(tmp_path):
    (line,) = find_faults(["--configfile", str(tmp_path)])
    assert "can't be read" in line
