"""The digest behind a rule changes with what the code does and with nothing else."""

import json
import os
from pathlib import Path

import pytest

from framewright.study import code
from framewright.study.code import code_of

SCRIPT = '''"""Reads and writes."""
from framewright import shapes
from framewright.paint.brush import stroke

x = stroke(shapes.SIDES)  # a comment
'''
LIBRARY = {
    "framewright/__init__.py": "",
    "framewright/shapes.py": "SIDES = 4\n",
    "framewright/paint/__init__.py": "",
    "framewright/paint/brush.py": (
        'def stroke(n):\n    """Paint n strokes."""\n    from framewright.paint import ink\n    return ink.mix(n)\n'
    ),
    "framewright/paint/ink.py": "def mix(n: int = 1, *, wet=True):\n    return f'{n:>3} {wet!r}'\n",
    "framewright/unrelated.py": "SPEED = 1\n",
}


def digest(folder: Path, **changed: str) -> str:
    """Return the digest of a small project; `changed` maps a file's stem to its new text, written into a fresh one."""
    for name, text in {"script.py": SCRIPT, **LIBRARY}.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(changed.get(path.stem, text))
    return code_of("script.py", folder)


@pytest.mark.parametrize(
    ("stem", "text"),
    [
        pytest.param("script", SCRIPT.replace("SIDES)", "SIDES + 1)"), id="the script itself"),
        pytest.param("shapes", "SIDES = 5\n", id="a constant of a module"),
        pytest.param("brush", LIBRARY["framewright/paint/brush.py"].replace("mix(n)", "mix(n + 1)"), id="a function"),
        pytest.param(
            "ink", LIBRARY["framewright/paint/ink.py"].replace(">3", ">4"), id="a format, imported inside a function"
        ),
        pytest.param("ink", LIBRARY["framewright/paint/ink.py"].replace("True", "False"), id="a default argument"),
        pytest.param("shapes", "SIDES = 4.0\n", id="a type that compares equal"),
    ],
)
def test_what_changes_results_changes_the_digest(tmp_path, stem, text):
    assert digest(tmp_path / "before") != digest(tmp_path / "after", **{stem: text})


@pytest.mark.parametrize(
    ("stem", "text"),
    [
        pytest.param("script", SCRIPT.replace("# a comment", "# another"), id="a comment"),
        pytest.param("script", SCRIPT.replace('"""Reads and writes."""', ""), id="a docstring gone"),
        pytest.param("brush", LIBRARY["framewright/paint/brush.py"].replace("Paint n", "Draw n"), id="a docstring"),
        pytest.param("shapes", "\n\nSIDES = (4)\n", id="layout"),
        pytest.param("unrelated", "SPEED = 2\n", id="a module it does not import"),
    ],
)
def test_what_changes_nothing_keeps_the_digest(tmp_path, stem, text):
    assert digest(tmp_path / "before") == digest(tmp_path / "after", **{stem: text})


def test_the_digest_does_not_depend_on_the_version_of_python(tmp_path):
    """Known from Python 3.11; a Python that parses the same code into other trees fails here."""
    assert digest(tmp_path) == "982b94d06f8d1a3e"


# ---- notes from run to run ------------------------------------------------------------------------------------------


def forget() -> None:
    """As if this process had just begun."""
    for cached in (code._known, code._content, code._files_of, code.follow_imports):
        cached.cache_clear()


def test_what_is_noted_gives_the_same_digest_without_reading_a_module_again(tmp_path, monkeypatch):
    notes = tmp_path / "cache/code.json"
    plain = digest(tmp_path / "project")
    assert code_of("script.py", tmp_path / "project", notes) == plain and notes.is_file()
    forget()
    monkeypatch.setattr(code.ast, "parse", lambda *_, **__: pytest.fail("read again"))
    assert code_of("script.py", tmp_path / "project", notes) == plain


def test_an_edit_that_keeps_time_and_size_of_a_file_is_noticed_despite_notes(tmp_path):
    notes, project = tmp_path / "code.json", tmp_path / "project"
    digest(project)
    before = code_of("script.py", project, notes)
    shapes = project / "framewright/shapes.py"
    status = shapes.stat()
    shapes.write_text("SIDES = 5\n")
    os.utime(shapes, ns=(status.st_atime_ns, status.st_mtime_ns))
    forget()
    assert code_of("script.py", project, notes) not in (before, None)


@pytest.mark.parametrize("text", ["", "{", "[]", '{"a": 1}', '{"a": ["b"]}', "null"])
def test_notes_that_make_no_sense_are_written_anew(tmp_path, text):
    notes = tmp_path / "code.json"
    plain = digest(tmp_path / "project")
    notes.write_text(text)
    forget()
    assert code_of("script.py", tmp_path / "project", notes) == plain
    assert len(json.loads(notes.read_text())) == 4


def test_where_no_notes_can_be_kept_the_digest_is_the_same(tmp_path):
    (tmp_path / "file").touch()
    plain = digest(tmp_path / "project")
    assert code_of("script.py", tmp_path / "project", tmp_path / "file/code.json") == plain


def test_a_digest_has_sixteen_digits_and_tells_one_value_from_another(tmp_path):
    plain = digest(tmp_path / "one")
    assert len(plain) == 16 and int(plain, 16) >= 0
    assert digest(tmp_path / "two", shapes="SIDES = True\n") != digest(tmp_path / "three", shapes="SIDES = 1\n")


def test_a_docstring_alone_counts_for_nothing_and_any_other_text_does(tmp_path):
    bare = 'def stroke(n):\n    "paints"\n    return n\n'
    texts = (bare, bare.replace("paints", "draws"), bare.replace("    return", '    "draws"\n    return'))
    first, second, third = (digest(tmp_path / str(n), brush=text) for n, text in enumerate(texts))
    assert first == second != third


def test_what_is_known_is_noted_once_and_four_thousand_modules_at_most(tmp_path):
    notes = tmp_path / "code.json"
    code._remember(notes, {str(number): ["a", []] for number in range(4001)})
    kept = json.loads(notes.read_text())
    assert list(kept) == [str(number) for number in range(1, 4001)] and list(tmp_path.iterdir()) == [notes]
    forget()
    code_of("script.py", written(tmp_path / "project"), notes)
    stamp = notes.stat().st_mtime_ns
    forget()
    code_of("script.py", tmp_path / "project", notes)
    assert notes.stat().st_mtime_ns == stamp  # nothing new


def written(folder: Path) -> Path:
    digest(folder)
    return folder


@pytest.mark.parametrize(
    ("text", "is_door"),
    [
        ("", True),
        ('"""What it is."""\nimport lazy_loader\n__getattr__, __dir__, __all__ = lazy_loader.attach(__name__)\n', True),
        ("import os\n", False),
        ("import lazy_loader, os\n", False),
        ("SIDES = 4\n", False),
        ("SIDES = other.call()\n", False),
        ("def f(): pass\n", False),
    ],
)
def test_a_front_door_computes_nothing(tmp_path, text, is_door):
    (tmp_path / "__init__.py").write_text(text)
    assert code.is_front_door(tmp_path / "__init__.py") is is_door
