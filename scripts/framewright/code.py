"""A digest of what a script computes, so that an edit reruns its users and a comment reruns nothing."""

import ast
import hashlib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

PACKAGE = "framewright"


def code_of(script: str, folder: Path) -> str:
    """Return a digest of `folder/script` and of every module of our package that it imports, directly or not.

    Equal digests mean equal syntax trees: comments, docstrings, layout, file times and the version of Python
    do not count. Imports inside functions count, imports of other packages do not: their versions are pinned.
    """
    path = folder / script
    modules = {path, *closure(path, folder)}
    digest = hashlib.sha256()
    for module in sorted(modules):
        digest.update(f"{module.relative_to(folder).as_posix()}={_tree_digest(module)}\n".encode())
    return digest.hexdigest()[:16]


@cache
def closure(path: Path, folder: Path) -> frozenset[Path]:
    """Return the modules of our package that `path` imports, directly or not; empty ones are left out."""
    found: set[Path] = set()
    queue = [path]
    while queue:
        for module in _imports(queue.pop(), folder):
            if module not in found:
                found.add(module)
                queue.append(module)
    return frozenset(found)


@cache
def _imports(path: Path, folder: Path) -> frozenset[Path]:
    return frozenset(
        file for name in _imported_names(_tree(path)) for file in _files_of(name, folder) if file.stat().st_size
    )


def _imported_names(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            # `from package import name`: the name may be a module or something defined in the package
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def _files_of(name: str, folder: Path) -> Iterator[Path]:
    parts = name.split(".")
    if parts[0] != PACKAGE:
        return
    for length in range(1, len(parts) + 1):
        base = folder.joinpath(*parts[:length])
        yield from (file for file in (base.with_suffix(".py"), base / "__init__.py") if file.is_file())


@cache
def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_bytes(), filename=str(path))


@cache
def _tree_digest(path: Path) -> str:
    return hashlib.sha256(_canonical(_tree(path)).encode()).hexdigest()


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
