"""Every command in the documents of the synthetic sets is run as it stands there, at small size."""

import json
import re
from pathlib import Path

import pytest
import yaml
from flow import snakemake, write_table
from house import ROOT

from framewright.study.config import parse_overrides

pytestmark = [pytest.mark.slow, pytest.mark.long]
SMALL = {
    "persistence": {"samples": 12, "shard_size": 6, "storage": "hdf5", "previews": 1},
    "videomnist": {"videos_per_digit": {"train": 5, "test": 1}},
}


def commands(word: str) -> list[str]:
    """The commands of the examples in a document."""
    text = (ROOT / f"docs/{word}.md").read_text()
    return re.findall(r"^\|[^|]*\| `(snakemake -c8 .*? -- (?:persistence|videomnist))` \|$", text, re.M)


CASES = [(word, command) for word in SMALL for command in commands(word)]


def merged(chosen: dict, small: dict) -> dict:
    """What an example chooses, but small."""
    return (
        chosen
        | small
        | {key: chosen[key] | small[key] for key in chosen.keys() & small.keys() if isinstance(small[key], dict)}
    )


@pytest.mark.parametrize(("word", "command"), CASES, ids=[f"{word}-{place}" for place, (word, _) in enumerate(CASES)])
def test_a_documented_command_works_at_small_size(word, command, tmp_path):
    write_table(tmp_path, "street demo:street tracks - CC0-1.0")
    files = re.findall(r"config/scale/\w+\.yaml", command)
    chosen = {}
    for file in files:
        chosen |= yaml.safe_load((ROOT / file).read_text()).get(word, {})
    if given := re.search(rf'--config "({word}=.*?)" --', command):
        chosen |= parse_overrides([given[1]])[word]
    section = merged(chosen, SMALL[word])
    if word == "persistence":
        for arm in (section.setdefault("default", {}), *section.setdefault("variants", {"crowd": {}}).values()):
            arm["train"] = []
    elif str(section.get("digits", "")).startswith("http"):
        section["digits"] = "scikit-learn"
    run = snakemake(tmp_path, "--config", f"{word}={json.dumps(section)}", "--", word)
    assert run.status == 0, run.text
    findings = yaml.safe_load((tmp_path / f"results/{word}/contract.json").read_text())
    assert findings and all(own["ok"] for own in findings)


def test_the_documents_have_examples():
    assert len(commands("persistence")) == 7 and len(commands("videomnist")) == 9


@pytest.mark.parametrize("word", SMALL)
def test_every_key_that_a_document_names_is_in_the_configuration(word):
    known = (ROOT / f"config/schemas/{word}.schema.yaml").read_text()
    for _, command in [case for case in CASES if case[0] == word]:
        for key in re.findall(r"(\w+):", re.sub(r".*?=\{", "", command)):
            assert re.search(rf"\b{key}\b", known) or key == "apart", key


def test_the_folders_that_documents_name_are_made_by_rules():
    for word in SMALL:
        rules = "".join(path.read_text() for path in sorted((ROOT / "rules").glob(f"{word}*.smk")))
        text = (ROOT / f"docs/{word}.md").read_text().split("\n##")[1]
        for name in re.findall(r"^\| `([a-z]+)/", text, re.M):
            assert f"results/{word}/{name}" in rules or name in ("dataset", "variants"), name
    assert Path(ROOT / "docs").is_dir()
