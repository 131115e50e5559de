"""Do the tests notice? Change the library at random places, one small change at a time, and run its unit tests.

python tests/mutants.py --count 60 --seed 7 [--room tracks] [--jobs 1] [--skip 20 --take 10]

A change is a comparison, an operator, a constant or a condition. Places are drawn by a seed, as many from each room of
the library. Each change is made in a copy of the tree; the tests are those of the room that import the changed module,
directly or not. The table names each change that no test noticed: it wants a test that states the law, or a reason why
it can't matter. `--skip` and `--take` run a part of the same draw.
"""

import argparse
import ast
import random
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from itertools import zip_longest
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path[:0] = [str(ROOT / "scripts"), str(ROOT / "tests")]

from house import module_of  # noqa: E402 (its folder is named above)

from framewright.study.code import follow_imports  # noqa: E402 (the library's folder is named above)

COMPARISONS = {"Lt": "<=", "LtE": "<", "Gt": ">=", "GtE": ">", "Eq": "!=", "NotEq": "=="}
OPERATORS = {"Add": "-", "Sub": "+", "Mult": "/", "Div": "*", "FloorDiv": "*", "Mod": "*"}


@dataclass(frozen=True)
class Mutant:
    """One small change of a module: the text between two offsets (in bytes) is replaced."""

    path: Path
    line: int
    start: int
    end: int
    before: str
    after: str

    def __str__(self) -> str:
        place = f"{self.path.relative_to(ROOT / 'scripts/framewright')}:{self.line}"
        return f"{place}: `{' '.join(self.before.split())}` -> `{' '.join(self.after.split())}`"


def changes_of(path: Path) -> Iterator[Mutant]:
    """All small changes of a module that this script knows."""
    content = path.read_bytes()
    starts = [0]
    for line in content.splitlines(keepends=True):
        starts.append(starts[-1] + len(line))

    def change(node: ast.expr, new: str) -> Mutant:
        start = starts[node.lineno - 1] + node.col_offset
        end = starts[(node.end_lineno or node.lineno) - 1] + (node.end_col_offset or 0)
        return Mutant(path, node.lineno, start, end, content[start:end].decode(), new)

    tree = ast.parse(content)
    hints = {id(part) for node in ast.walk(tree) for hint in _hints(node) for part in ast.walk(hint)}
    for node in ast.walk(tree):
        if id(node) in hints:
            continue
        match node:
            case ast.Compare(left=left, ops=[operation], comparators=[right]) if (
                type(operation).__name__ in COMPARISONS
            ):
                symbol = COMPARISONS[type(operation).__name__]
                yield change(node, f"({ast.unparse(left)} {symbol} {ast.unparse(right)})")
            case ast.BinOp(left=left, op=operation, right=right):
                symbol = OPERATORS.get(type(operation).__name__)
                if symbol and not any(isinstance(side, ast.JoinedStr) or _is_text(side) for side in (left, right)):
                    yield change(node, f"({ast.unparse(left)} {symbol} {ast.unparse(right)})")
            case ast.Constant(value=bool()):
                yield change(node, str(not node.value))
            case ast.Constant(value=int() | float()):
                yield change(node, repr(node.value + 1 if isinstance(node.value, int) else node.value * 1.5 + 0.01))
            case ast.If(test=test) | ast.IfExp(test=test):
                yield change(test, f"(not ({ast.unparse(test)}))")


def _hints(node: ast.AST) -> list[ast.expr]:
    """Type hints, and what stands in an f-string: to change them changes no result, or breaks the text's offsets."""
    found = [getattr(node, name, None) for name in ("annotation", "returns")]
    return [*(hint for hint in found if hint), *(node.values if isinstance(node, ast.JoinedStr) else [])]


def _is_text(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def room_of(path: Path) -> str:
    """The room of the library that a module lies in; "shared" for those at the top."""
    parts = path.relative_to(ROOT / "scripts/framewright").parts
    return parts[0] if len(parts) > 1 else "shared"


def tests_of(mutant: Mutant) -> list[Path]:
    """The unit tests of the module's room that import it: those that name it first, then those that reach it."""
    room = room_of(mutant.path)
    tests = sorted((ROOT / "tests/unit").glob("**/test_*.py" if room == "shared" else f"{room}/**/test_*.py"))
    found = [test for test in tests if mutant.path in follow_imports(test, ROOT / "scripts")]
    name = module_of(mutant.path, ROOT / "scripts")
    package, _, module = name.rpartition(".")
    line = re.compile(rf"from {re.escape(name)} import|from {re.escape(package)} import .*\b{module}\b")
    direct = [test for test in found if line.search(test.read_text())]
    return [*direct, *(test for test in found if test not in direct and room != "shared")]


def draw(rooms: list[str], count: int, seed: int) -> list[Mutant]:
    """`count` changes, as many from each room, each from another line; the same for the same seed."""
    rng = random.Random(seed)
    drawn: list[list[Mutant]] = []
    for number, room in enumerate(rooms):
        paths = [path for path in sorted((ROOT / "scripts/framewright").rglob("*.py")) if room_of(path) == room]
        places = {(m.path, m.line): m for path in paths for m in sorted(changes_of(path), key=lambda m: rng.random())}
        share = count // len(rooms) + (number < count % len(rooms))
        drawn.append(rng.sample(sorted(places.values(), key=str), min(share, len(places))))
    return [mutant for turn in zip_longest(*drawn) for mutant in turn if mutant]  # whoever stops early has some of each


def find_witness(mutant: Mutant, seconds: float) -> str | None:
    """The test of its room that fails once the change is made; "" if none does, None where they took too long."""
    tests = tests_of(mutant)
    with tempfile.TemporaryDirectory(prefix="framewright-mutant-") as folder:
        tree = Path(folder) / "tree"
        tree.mkdir()
        for entry in ROOT.iterdir():
            if entry.name == "scripts":
                shutil.copytree(entry, tree / "scripts", ignore=shutil.ignore_patterns("__pycache__"))
            elif entry.name == "tests":
                shutil.copytree(entry, tree / "tests", ignore=shutil.ignore_patterns("__pycache__"))
            elif entry.name not in (".git", "results", "logs", "benchmarks", ".snakemake"):
                (tree / entry.name).symlink_to(entry)
        changed = tree / mutant.path.relative_to(ROOT)
        content = mutant.path.read_bytes()
        changed.write_bytes(content[: mutant.start] + mutant.after.encode() + content[mutant.end :])
        names = [str(test.relative_to(ROOT)) for test in tests]
        options = ["-q", "-x", "-p", "no:cacheprovider", "-p", "no:xdist", "-m", "not long"]
        command = [sys.executable, "-m", "pytest", *options, *names]
        if not names:
            return ""
        try:
            done = subprocess.run(command, cwd=tree, capture_output=True, text=True, timeout=seconds, check=False)
        except subprocess.TimeoutExpired:
            return None  # a loop that does not end, or a machine that is busy
        failed = re.search(r"^(?:FAILED|ERROR) (\S+)", done.stdout, re.M)
        return (failed[1] if failed else "a test that did not start") if done.returncode else ""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=60)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=300, help="that the tests of one change may take")
    parser.add_argument("--skip", type=int, default=0, help="so many of the first changes")
    parser.add_argument("--take", type=int, help="so many of the changes that follow; all by default")
    parser.add_argument("--room", action="append", help="a room of the library; all of them by default")
    options = parser.parse_args()
    rooms = options.room or sorted({room_of(path) for path in (ROOT / "scripts/framewright").rglob("*.py")})
    began, last = time.monotonic(), options.take and options.skip + options.take
    mutants = draw(rooms, options.count, options.seed)[options.skip : last]
    with ThreadPoolExecutor(options.jobs) as pool:
        verdicts = []
        results = pool.map(partial(find_witness, seconds=options.seconds), mutants)
        for mutant, witness in zip(mutants, results, strict=True):
            verdicts.append(None if witness is None else witness != "")
            words = "too slow" if witness is None else "noticed " if witness else "SURVIVED"
            print(words, mutant, f"[{witness}]" if witness else "", flush=True)
    for room in rooms:
        own = [noticed for mutant, noticed in zip(mutants, verdicts, strict=True) if room_of(mutant.path) == room]
        print(f"{room:12} {own.count(True):3} of {len(own):3} noticed")
    print(f"{verdicts.count(True)} of {len(verdicts)} noticed in {time.monotonic() - began:.0f} s, seed {options.seed}")


if __name__ == "__main__":
    main()
