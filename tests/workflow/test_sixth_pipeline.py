"""A new pipeline needs its own files and one line in each of four others; the house says what was forgotten."""

import shutil
from pathlib import Path

import house
import pytest
from flow import copy_house, snakemake, write_table

pytestmark = pytest.mark.slow

RULES = '''# Toy: a greeting for every study.
# requires: nothing
# yields:   results/toy/greeting.txt


rule toy_greet:
    """A greeting is in greeting.txt."""
    output:
        text="results/toy/greeting.txt",
    log:
        "logs/toy_greet.log",
    conda:
        "../envs/video.yaml"
    params:
        code=code_of("toy_greet"),
        name=config["toy"]["name"],
    script:
        "../scripts/toy_greet.py"


rule toy:
    """The greeting is there."""
    input:
        rules.toy_greet.output,
'''
SCRIPT = '''"""Write a greeting."""

from framewright import job
from framewright.toy.greeting import greeting

log = job.start(snakemake)

with job.whole(snakemake.output.text) as path:
    path.write_text(greeting(snakemake.params.name), encoding="utf-8")
'''
LIBRARY = '''"""Greetings."""


def greeting(name: str) -> str:
    """A line of text that greets."""
    return f"Hello, {name}\\n"
'''
SCHEMA = """$schema: https://json-schema.org/draft/2020-12/schema
title: Toy
description: A pipeline that greets.
type: object
additionalProperties: false
properties:
  name:
    description: Who is greeted.
    type: string
    default: world
"""
OWN_FILES = {
    "rules/toy.smk": RULES,
    "scripts/toy_greet.py": SCRIPT,
    "scripts/framewright/toy/__init__.py": "",
    "scripts/framewright/toy/greeting.py": LIBRARY,
    "config/schemas/toy.schema.yaml": SCHEMA,
}
CHECKED_FILES = [name for name in OWN_FILES if not name.endswith("greeting.py")]


def line_in(path: Path, before: str, line: str) -> None:
    text = path.read_text()
    assert before in text
    path.write_text(text.replace(before, line + before, 1))


def add_to_snakefile(root: Path) -> None:
    line_in(root / "Snakefile", 'include: "rules/overview.smk"', 'include: "rules/toy.smk"\n')


def add_to_pipelines(root: Path) -> None:
    path = root / "config/schemas/config.schema.yaml"
    text = path.read_text()
    listed = house.schema(root, "config")["properties"]["pipelines"]["items"]["enum"]
    head, _, tail = text.partition("enum: [")
    path.write_text(f"{head}enum: [{', '.join([*listed, 'toy'])}]{tail.partition(']')[2]}")


def add_to_readme(root: Path) -> None:
    line_in(root / "README.md", "| target |", "`toy`, rules/toy.smk\n\n")


ONE_LINE_EACH = [add_to_snakefile, add_to_pipelines, add_to_readme]


@pytest.fixture
def root(tmp_path) -> Path:
    copy_house(tmp_path / "house")
    shutil.copytree(house.ROOT / "docs", tmp_path / "house/docs")
    for name in ("README.md", "CHANGELOG.md", "Makefile", "pyproject.toml", "requirements.txt", "requirements.in"):
        shutil.copy(house.ROOT / name, tmp_path / "house" / name)
    return tmp_path / "house"


def add_toy(root: Path, without: object = None) -> None:
    for name, text in OWN_FILES.items():
        if name != without:
            (root / name).parent.mkdir(exist_ok=True)
            (root / name).write_text(text)
    for add_line in ONE_LINE_EACH:
        if add_line is not without:
            add_line(root)


def test_the_new_pipeline_runs_and_the_house_is_in_step(root, tmp_path):
    add_toy(root)
    checks = (house.rule_faults, house.script_faults, house.library_faults, house.environment_faults)
    assert [fault for check in (*checks, house.pipeline_faults, house.text_faults) for fault in check(root)] == []
    study = tmp_path / "study"
    write_table(study, "street demo:street tracks - CC0-1.0")
    planned = snakemake(study, "-n", "--config", "pipelines=[toy]", "toy={name: you}", house=root)
    assert planned.rules >= {"toy_greet", "sources_summary"}, planned.text
    assert snakemake(study, "--config", "toy={name: you}", "--", "toy", house=root).status == 0
    assert (study / "results/toy/greeting.txt").read_text() == "Hello, you\n"


@pytest.mark.parametrize(
    "forgotten", [*CHECKED_FILES, *ONE_LINE_EACH], ids=lambda f: f if isinstance(f, str) else f.__name__
)
def test_whatever_was_forgotten_is_named(root, forgotten):
    add_toy(root, without=forgotten)
    faults = house.pipeline_faults(root) + house.rule_faults(root)
    assert any("toy" in fault for fault in faults)
