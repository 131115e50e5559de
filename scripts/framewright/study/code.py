"""A digest of what a script computes, so that an edit reruns its users and a comment reruns nothing."""

import ast
import hashlib
import json
import os
from collections.abc import Iterator
from contextlib import suppress
from functools import cache
from pathlib import Path

PACKAGE = "framewright"
MOST = 4000  # modules that are remembered from run to run


def code_of(script: str, folder: Path, notes: Path | None = None) -> str:
    """Return a digest of `folder/script` and of every module of our package that it imports, directly or not.

    Equal digests mean equal syntax trees: comments, docstrings, layout, file times and the version of Python
    do not count. Imports inside functions count, imports of other packages do not: their versions are pinned.
    To read all modules takes seconds, so what was found in them is remembered in the file `notes`, if there is one,
    by their content.
    """
    path, known = folder / script, _known(notes)
    before = len(known)
    modules = {path, *follow_imports(path, folder, notes)}
    digest = hashlib.sha256()
    for module in sorted(modules):
        digest.update(f"{module.relative_to(folder).as_posix()}={_found_in(module, known)[0]}\n".encode())
    if notes and len(known) > before:
        _remember(notes, known)
    return digest.hexdigest()[:16]


@cache
def follow_imports(path: Path, folder: Path, notes: Path | None = None) -> frozenset[Path]:
    """Return the modules of our package that `path` imports, directly or not; front doors are left out."""
    known, queue = _known(notes), [path]
    found: set[Path] = set()
    while queue:
        names = _found_in(queue.pop(), known)[1]
        for module in {file for name in names for file in _files_of(name, folder)} - found:
            found.add(module)
            queue.append(module)
    return frozenset(found)


@cache
def _files_of(name: str, folder: Path) -> tuple[Path, ...]:
    """The modules that compute something and that importing this name reads."""
    there, parts = _list_modules(folder), name.split(".")
    bases = ["/".join(parts[:length]) for length in range(1, len(parts) + 1)]
    modules = [there[f"{base}.py"] for base in bases if f"{base}.py" in there]
    doors = [there[f"{base}/__init__.py"] for base in bases if f"{base}/__init__.py" in there]
    return (*modules, *(door for door in doors if not is_front_door(door)))


@cache
def _list_modules(folder: Path) -> dict[str, Path]:
    """All modules of our package, by their paths from the folder."""
    return {path.relative_to(folder).as_posix(): path for path in (folder / PACKAGE).rglob("*.py")}


@cache
def is_front_door(path: Path) -> bool:
    """Whether an `__init__.py` computes nothing: comments, a docstring, and names that are loaded when asked for.

    Such names are for people. Modules of the package import from where a name is defined, so that a digest follows.
    """
    tree = ast.parse(path.read_bytes(), filename=str(path))
    return all(_attaches(statement) for statement in tree.body)


def _attaches(statement: ast.stmt) -> bool:
    """Whether a statement is a docstring, `import lazy_loader`, or a call of its `attach`."""
    match statement:
        case ast.Expr(value=ast.Constant()):
            return True
        case ast.Import(names=[ast.alias(name="lazy_loader")]):
            return True
        case ast.Assign(value=ast.Call(func=ast.Attribute(attr="attach"))):
            return True
    return False


def _found_in(path: Path, known: dict[str, list]) -> list:
    """The digest of a module's syntax tree, and the names in our package that it imports."""
    key = _content(path)
    if key not in known:
        tree = ast.parse(path.read_bytes(), filename=str(path))
        known[key] = [hashlib.sha256(_canonical(tree).encode()).hexdigest(), sorted(set(_imported_names(tree)))]
    return known[key]


def _imported_names(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        names = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            # `from package import name`: the name may be a module or something defined in the package
            names = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
        yield from (name for name in names if name.split(".")[0] == PACKAGE)


@cache
def _content(path: Path) -> str:
    """A digest of a module's bytes and of this one's: what is remembered depends on how it was found, too."""
    return hashlib.sha256(_own() + path.read_bytes()).hexdigest()


@cache
def _own() -> bytes:
    return hashlib.sha256(Path(__file__).read_bytes()).digest()


@cache
def _known(notes: Path | None) -> dict[str, list]:
    """What earlier runs found in modules, by `_content`; nothing if the notes can't be read."""
    with suppress(OSError, ValueError, TypeError, AttributeError):
        entries = json.loads(notes.read_bytes()) if notes else {}
        return {str(key): [str(digest), list(map(str, names))] for key, (digest, names) in entries.items()}
    return {}


def _remember(notes: Path, known: dict[str, list]) -> None:
    """Write the latest of what is known; whoever can't write asks the modules again next time."""
    latest = dict(list(known.items())[-MOST:])
    partial = notes.with_name(f"{notes.name}.{os.getpid()}")
    with suppress(OSError):
        notes.parent.mkdir(parents=True, exist_ok=True)
        partial.write_text(json.dumps(latest))
        partial.replace(notes)


def _canonical(node: object) -> str:
    """Write a syntax tree as text that is the same in every Python version that parses it.

    Empty fields are left out: new versions add fields, and leave them empty for code that does not use them.
    """
    if isinstance(node, list):
        return "[" + ",".join(_canonical(item) for item in node) + "]"
    if not isinstance(node, ast.AST):
        return f"{type(node).__name__}:{node!r}"
    fields = dict(ast.iter_fields(node))
    if isinstance(node, _DOCUMENTED) and ast.get_docstring(node, clean=False) is not None:
        fields["body"] = node.body[1:]
    kept = (f"{name}={_canonical(fields[name])}" for name in sorted(fields) if fields[name] not in (None, []))
    return f"{type(node).__name__}({';'.join(kept)})"


_DOCUMENTED = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef
