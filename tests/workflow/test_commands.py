"""Every shell command of README and docs is executed, in their order, in a copy of the checkout with two short films.

What needs a cluster, a person or hours is named here, with the reason.
"""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from flow import copy_house
from house import ROOT
from make_film import make_film, texture
from make_weights import columns, make_weights

pytestmark = [
    *(pytest.mark.slow, pytest.mark.long, pytest.mark.timeout(1800)),
    pytest.mark.skipif(not (ROOT / ".venv/ready").exists(), reason="the environment was not made by make"),
]

NOT_HERE = {
    "make demo": "minutes: continuous integration runs its parts",
    "make test": "this is one of its tests",
    "make verify": "makes the whole study three times",
    "$EDITOR videos.tsv": "a person",
    "$EDITOR ~/.config/framewright/site.yaml": "a person",
    "make envs DIR=/shared/envs": "conda and its channel: tests/unit/test_environments.py has a false one",
    ".venv/bin/snakemake --profile slurm": "a cluster: tests/slurm",
    ".venv/bin/snakemake --profile slurm -n": "a cluster: tests/slurm",
}
# What a reader replaces by their own: weights that know what was filmed, another folder, a machine of theirs.
REPLACED = {
    "yolo11n.pt": "w.onnx",
    "directory DIR": "directory elsewhere",
    "cluster:study/results/": "results/",
    " study/": " home/",
}
PLANNED = ("config/scale/patches.yaml",)  # documented sizes are planned, not made
CONFIG = """\
pipelines: [tracks, patches]
videos: videos.tsv
tracks:
  detector: {weights: w.onnx, confidence: 0.25}
  keep: {min_seconds: 1}
  segments: {min_seconds: 1, filters: {max_black: null, max_frozen: null, min_sharpness: null, min_picture: null}}
patches: {base_frame_limit: 2, min_file_size: 100, checks: {still: 0, blurred: 0, flat: 0}}
"""


def list_commands() -> list[str]:
    """The commands of all shell blocks, once each, README first."""
    found = []
    for document in [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]:
        for block in re.findall(r"^```(?:sh|bash)\n(.*?)^```", document.read_text(encoding="utf-8"), re.S | re.M):
            lines = block.replace("\\\n", " ").splitlines()
            found += [" ".join(re.sub(r"\s#\s.*", "", f"{line} ").split()) for line in lines]
    return list(dict.fromkeys(filter(None, found)))


@pytest.fixture(scope="module")
def checkout(tmp_path_factory) -> Path:
    place = copy_house(tmp_path_factory.mktemp("commands") / "framewright")
    shutil.copy2(ROOT / "Makefile", place)
    (place / ".venv").symlink_to(ROOT / ".venv")
    os.utime(place / "requirements.txt", (0, 0))  # what is installed is newer: nothing is installed again
    (place / "films").mkdir()
    for number, name in enumerate(("alley", "square")):
        make_film(place / f"films/{name}.mp4", [texture(number, 1400, 900)], 48, (1280, 720))
    make_weights(place / "w.onnx", columns((160, 160, 120, 100, 0.1, 0.7, 0.3)))
    (place / "config/config.yaml").write_text(CONFIG)
    header = "video\tsource\tpipelines\tcategories\tlicence\n"
    rows = ("alley\tfilms/alley.mp4\ttracks,patches\tgeneral=1\tCC0-1.0", "square\tfilms/square.mp4\ttracks\t\tCC0-1.0")
    for name in ("videos.tsv", "films.tsv"):  # as `make table` and an editor leave them
        (place / name).write_text(header + "\n".join(rows) + "\n")
    (place / "elsewhere/config").mkdir(parents=True)
    (place / "elsewhere/config/videos.tsv").write_text(header + "one\t../films/alley.mp4\ttracks\t\t\n")
    (place / "elsewhere/config/config.yaml").write_text("pipelines: [tracks]\ntracks: {detector: {weights: none}}\n")
    return place


def run(checkout: Path, command: str) -> subprocess.CompletedProcess:
    for theirs, ours in REPLACED.items():
        command = command.replace(theirs, ours)
    if any(words in command for words in PLANNED):
        command = command.replace("snakemake ", "snakemake -n ", 1)
    path = f"{ROOT / '.venv/bin'}:{os.environ['PATH']}"
    environment = os.environ | {"PATH": path, "XDG_CONFIG_HOME": str(checkout / "home/.config")}
    environment.pop("PYTHONPATH", None)
    command = command.replace("> videos.tsv", "> own.tsv")  # the table above stands for the edited one
    shell = ["bash", "-c", command]
    return subprocess.run(shell, cwd=checkout, capture_output=True, text=True, env=environment, check=False)


def test_every_shell_command_of_the_documents_works(checkout):
    commands = list_commands()
    assert len(commands) > 15
    failed = {}
    for command in commands:
        if command not in NOT_HERE and (shutil.which("rsync") or not command.startswith("rsync")):
            done = run(checkout, command)
            if done.returncode:
                failed[command] = (done.stdout + done.stderr)[-1500:]
    assert failed == {}
    assert (checkout / "report.zip").is_file() and (checkout / "own.tsv").read_text().count("films/") >= 2
    assert (
        list((checkout / "results/patches/dataset").rglob("GT/*.png"))
        and list(checkout.glob("home/**/report.zip")) == []
    )


def test_what_is_not_executed_is_still_in_the_documents():
    assert [command for command in NOT_HERE if command not in list_commands()] == []
