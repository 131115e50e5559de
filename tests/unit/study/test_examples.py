"""Examples run: those in docstrings of the library, and every import that README and docs show."""

import ast
import doctest
import re
from importlib import import_module

import pytest
from house import ROOT

SHOWN = [
    pytest.param(block, id=f"{path.name} {number}")
    for path in [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
    for number, block in enumerate(re.findall(r"```python\n(.*?)```", path.read_text(), re.S))
]
EXAMPLES = sorted(
    ".".join(path.relative_to(ROOT / "scripts").with_suffix("").parts)
    for path in (ROOT / "scripts/framewright").rglob("*.py")
    if re.search(r"^\s*>>> (?!.*[+]SKIP)", path.read_text(), re.M)
)


@pytest.mark.parametrize("module", EXAMPLES)
def test_the_examples_of_a_module_run(module, monkeypatch):
    monkeypatch.chdir(ROOT)
    result = doctest.testmod(import_module(module))
    assert result.attempted > 0
    assert result.failed == 0


@pytest.mark.parametrize("block", SHOWN)
def test_what_a_document_imports_is_there(block):
    tree = ast.parse(block)
    imports = [node for node in ast.walk(tree) if isinstance(node, ast.Import | ast.ImportFrom)]
    exec(compile(ast.Module(imports, []), "document", "exec"), {})


def test_there_are_documents_and_examples():
    assert len(SHOWN) >= 10
    assert len(EXAMPLES) >= 12
