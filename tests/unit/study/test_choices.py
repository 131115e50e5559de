"""What a command line chooses is taken from it as Snakemake reads it."""

from pathlib import Path

import pytest

from framewright.study.choices import list_choices


@pytest.mark.parametrize(
    ("arguments", "chosen"),
    [
        pytest.param(["-c8", "--", "tracks"], [], id="nothing"),
        pytest.param(["--config", "a=1", "b={c: 2}", "--", "tracks"], ["--config", "a=1", "b={c: 2}"], id="values"),
        pytest.param(["-C", "a=1", "-n"], ["--config", "a=1"], id="short"),
        pytest.param(["--config=a=1", "-c2"], ["--config", "a=1"], id="with a sign"),
        pytest.param(["--configfile", "x.yaml", "/y.yaml"], ["--configfile", "/here/x.yaml", "/y.yaml"], id="files"),
        pytest.param(
            ["--configfile", "x.yaml", "--config", "a=1", "-c1"],
            ["--config", "a=1", "--configfile", "/here/x.yaml"],
            id="both",
        ),
    ],
)
def test_options_that_change_what_is_asked_for(arguments, chosen):
    assert list_choices(arguments, Path("/here")) == chosen
