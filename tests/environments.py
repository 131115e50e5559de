"""Create each conda environment of envs/, import in it what its rules' scripts import, and write down how it went.

    python tests/environments.py --prefix /shared/envs [cards deface]

`make envs` calls this wherever conda-forge can be reached. What came of it stands in envs/created.tsv: a line for each
environment with outcome, date and platform. An environment that is there already for the same file is imported only.
"""

import argparse
import hashlib
import os
import platform
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterable, Mapping
from dataclasses import astuple, dataclass, fields
from datetime import date
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT / "scripts"), str(ROOT / "tests")]

from house import module_of, rules

from framewright.study.code import follow_imports

TOOLS = {"micromamba": ("create",), "mamba": ("env", "create"), "conda": ("env", "create")}
CREATED = "the-file-it-was-made-from"  # in an environment's folder
SECONDS = 3600
NO_TOOL = (
    "make envs: none of micromamba, mamba and conda is on PATH; install Miniforge, or put the folder of one on PATH"
)


@dataclass(frozen=True)
class Creation:
    """What became of an environment: "ok" or the line that says why not, when, and on which platform."""

    environment: str
    outcome: str
    date: str
    platform: str


def find_tool(path: str | None = None) -> list[str]:
    """The command that creates environments; SystemExit with the remedy where there is none."""
    for name, words in TOOLS.items():
        if place := shutil.which(name, path=path):
            return [place, *words]
    raise SystemExit(NO_TOOL)


def list_modules(root: Path) -> dict[str, list[str]]:
    """By environment, the modules of the library that the scripts of its rules import."""
    found: dict[str, set[str]] = {
        path.stem: set() for path in root.glob("envs/*.yaml") if path.name != "conda-names.yaml"
    }
    scripts = root / "scripts"
    for rule in rules(root):
        named = re.search(r'"\.\./envs/(.+?)\.yaml"', rule.directives.get("conda", ""))
        if named and (script := scripts / f"{rule.name}.py").is_file():
            paths = (path for path in follow_imports(script, scripts) if path != script)
            found[named[1]] |= {module_of(path, scripts) for path in paths}
    return {name: sorted(modules) for name, modules in sorted(found.items())}


def create(tool: Iterable[str], file: Path, prefix: Path) -> str:
    """Create the environment of a file at `prefix`, unless it is there; "" or why it could not be."""
    digest, mark = hashlib.sha256(file.read_bytes()).hexdigest(), prefix / CREATED
    if mark.is_file() and mark.read_text() == digest:
        return ""
    shutil.rmtree(prefix, ignore_errors=True)
    prefix.parent.mkdir(parents=True, exist_ok=True)
    failed = call([*tool, "--yes", "--prefix", str(prefix), "--file", str(file)], os.environ)
    if not failed:
        mark.write_text(digest)
    return failed


def import_all(prefix: Path, modules: Iterable[str], scripts: Path) -> str:
    """Import each module with the Python at `prefix`; "" or the first error."""
    program = "import importlib, sys\nfor name in sys.argv[1:]: importlib.import_module(name)"
    environment = {"PATH": f"{prefix / 'bin'}:{os.environ['PATH']}", "PYTHONPATH": str(scripts), "HOME": str(prefix)}
    return call([str(prefix / "bin/python"), "-c", program, *modules], environment)


def call(command: list[str], environment: Mapping[str, str]) -> str:
    """Run a command; "" where it succeeds, else the last line that it said."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, env=environment, timeout=SECONDS, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        return str(error)
    said = [line.strip() for line in (done.stdout + done.stderr).splitlines() if line.strip()]
    return "" if done.returncode == 0 else (said or [f"exit status {done.returncode}"])[-1]


def read_creations(path: Path) -> dict[str, Creation]:
    """What is on record, by environment."""
    lines = path.read_text(encoding="utf-8").splitlines()[1:] if path.is_file() else []
    return {line.split("\t")[0]: Creation(*line.split("\t")) for line in lines}


def write_creations(path: Path, creations: Mapping[str, Creation]) -> None:
    """The table, sorted by environment."""
    rows = ["\t".join(field.name for field in fields(Creation))]
    rows += ["\t".join(astuple(creation)) for _, creation in sorted(creations.items())]
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")


def make_environments(root: Path, tool: Iterable[str], prefix: Path, chosen: Iterable[str]) -> list[Creation]:
    """Create and try those environments, one after the other; each is on record as soon as it has been tried."""
    modules, record = list_modules(root), root / "envs/created.tsv"
    if unknown := sorted(set(chosen) - set(modules)):
        raise SystemExit(f"make envs: there is no environment {unknown[0]}; there are {', '.join(modules)}")
    made = []
    for name in sorted(chosen) or modules:
        began = time.monotonic()
        why = create(tool, root / f"envs/{name}.yaml", prefix / name)
        why = why or import_all(prefix / name, modules[name], root / "scripts")
        where = f"{platform.system().lower()}-{platform.machine()}"
        creation = Creation(name, why.replace("\t", " ") or "ok", date.today().isoformat(), where)
        write_creations(record, read_creations(record) | {name: creation})
        print(
            f"{name:12} {creation.outcome} ({len(modules[name])} modules, {time.monotonic() - began:.0f} s)", flush=True
        )
        made.append(creation)
    return made


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", help="of environments (default: all)")
    parser.add_argument("--prefix", type=Path, required=True, help="the folder that they are kept in")
    options = parser.parse_args()
    made = make_environments(ROOT, find_tool(), options.prefix.absolute(), options.names)
    sys.exit(any(creation.outcome != "ok" for creation in made))


if __name__ == "__main__":
    main()
