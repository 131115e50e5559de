"""A new pipeline needs its own files and one line in each of four others; the house says what was forgotten."""

import shutil
from pathlib import Path

import house
import mlcroissant as mlc
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
    resources:
        mem_mb=per_attempt(1000),
        runtime=per_attempt(20),
    params:
        code=code_of("toy_greet"),
        settings={"name": config["toy"]["name"]},
    script:
        "../scripts/toy_greet.py"


rule toy_summary:
    """What became of the greeting stands in outcomes.tsv."""
    input:
        text=rules.toy_greet.output.text,
    output:
        outcomes="results/toy/outcomes.tsv",
    log:
        "logs/toy_summary.log",
    localrule: True
    conda:
        "../envs/video.yaml"
    params:
        code=code_of("toy_summary"),
        settings={},
    script:
        "../scripts/toy_summary.py"


rule toy_card:
    """The greetings have a card."""
    input:
        text=rules.toy_greet.output.text,
        outcomes=rules.toy_summary.output.outcomes,
    output:
        croissant="results/toy/card/croissant.json",
        index="results/toy/card/index.parquet",
        readme="results/toy/card/README.md",
        tile="results/toy/card/tile.json",
        page="results/toy/card/README.html",
    log:
        "logs/toy_card.log",
    localrule: True
    conda:
        "../envs/cards.yaml"
    params:
        code=code_of("toy_card"),
        settings={"chosen": {"toy": config["toy"]}, "citation": CITATION},
    script:
        "../scripts/toy_card.py"


rule toy:
    """The greeting is there, and its card."""
    input:
        rules.toy_greet.output,
        rules.toy_summary.output,
        rules.toy_card.output,
'''
SCRIPT = '''"""Write a greeting."""

from framewright.study import job
from framewright.toy.greeting import greeting

log = job.start(snakemake)

with job.whole(snakemake.output.text) as path:
    path.write_text(greeting(snakemake.params.settings["name"]), encoding="utf-8")
'''
SUMMARY = '''"""Write what became of the greeting."""

from framewright.study import job
from framewright.toy.greeting import outcomes
from framewright.study.funnel import write_outcomes

log = job.start(snakemake)

with job.whole(snakemake.output.outcomes) as path:
    write_outcomes(path, outcomes())
'''
CARD = '''"""Write the card of the greetings."""

from pathlib import Path

from framewright.study import job
from framewright.report.card import read_store
from framewright.report.publish import write_card
from framewright.toy.card import DATASET

log = job.start(snakemake)

text = Path(snakemake.input.text).read_text(encoding="utf-8").strip()
settings = snakemake.params.settings
store = read_store({"toy": snakemake.input.outcomes}, {}, settings["chosen"], settings["citation"])
write_card(snakemake.output, DATASET, store, [{"greeting": text}])
'''
DATASET = '''"""What the greetings are, for their card."""

from framewright.report.card import Column, Dataset

DATASET = Dataset(
    name="framewright-toy",
    description="Greetings.",
    records="greetings",
    columns={"greeting": Column("text", "What is said.")},
    cites=("MNIST",),
    privacy="Nobody is seen.",
    limits=("It is short.",),
    licence="CC0-1.0",
)
'''
LIBRARY = '''"""Greetings."""

from framewright.study.funnel import Item


def greeting(name: str) -> str:
    """A line of text that greets."""
    return f"Hello, {name}\\n"


def outcomes() -> list[Item]:
    """Two greetings were thought of, one was said."""
    return [Item("greet", "", "hello"), Item("greet", "", "goodbye", "too-early", "nobody leaves yet")]
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
    "scripts/toy_summary.py": SUMMARY,
    "scripts/toy_card.py": CARD,
    "scripts/framewright/toy/card.py": DATASET,
    "scripts/framewright/toy/__init__.py": "",
    "scripts/framewright/toy/greeting.py": LIBRARY,
    "config/schemas/toy.schema.yaml": SCHEMA,
}
CHECKED_FILES = [name for name in OWN_FILES if not name.endswith(("greeting.py", "toy/card.py"))]
FORGOTTEN_RULES = ["toy_summary", "toy_card", "toy"]


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
    line_in(root / "README.md", "| pipeline | you have", "`toy` is a sixth pipeline.\n\n")


ONE_LINE_EACH = [add_to_snakefile, add_to_pipelines, add_to_readme]


@pytest.fixture
def root(tmp_path) -> Path:
    copy_house(tmp_path / "house")
    shutil.copytree(house.ROOT / "docs", tmp_path / "house/docs")
    for name in (
        "README.md",
        "CONTRIBUTING.md",
        "CHANGELOG.md",
        "Makefile",
        "pyproject.toml",
        "requirements.txt",
        "requirements.in",
    ):
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
    assert mlc.Dataset(study / "results/toy/card/croissant.json").metadata.license == ["CC0-1.0"]
    chosen = snakemake(study, "--config", "pipelines=[toy]", "toy={name: you}", "--", "cards_funnel", house=root)
    assert chosen.status == 0, chosen.text
    assert "toy\tgreet\t\t\t1\ttoo-early\tgoodbye\n" in (study / "results/funnel.tsv").read_text()


@pytest.mark.parametrize(
    "forgotten", [*CHECKED_FILES, *ONE_LINE_EACH], ids=lambda f: f if isinstance(f, str) else f.__name__
)
def test_whatever_was_forgotten_is_named(root, forgotten):
    add_toy(root, without=forgotten)
    faults = house.pipeline_faults(root) + house.rule_faults(root)
    assert any("toy" in fault for fault in faults)


@pytest.mark.parametrize("forgotten", FORGOTTEN_RULES)
def test_a_rule_that_every_pipeline_has_is_missed(root, forgotten):
    add_toy(root)
    path = root / "rules/toy.smk"
    path.write_text(path.read_text().replace(f"rule {forgotten}:", f"rule {forgotten}_other:"))
    assert f"toy: rules/toy.smk has no rule {forgotten} " in "\n".join(house.pipeline_faults(root))
