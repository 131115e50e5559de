"""Which versions made the results: of the packages, of this house and of what was asked for. Cheap: every run asks."""

import hashlib
import json
import re
import subprocess
import sys
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from framewright.study.record import read_record

Packages = dict[str, str]  # version by name


def read_pins(house: Path) -> Packages:
    """The versions that are installed here of all packages that `house/requirements.txt` pins, sorted by name.

    They are read off the names of the packages' records, which takes a tenth of the time of opening them.
    """
    names = re.findall(r"^([\w.-]+)==", (house / "requirements.txt").read_text(encoding="utf-8"), re.M)
    here: Packages = {}
    for folder in filter(Path.is_dir, map(Path, sys.path)):
        for record in folder.glob("*.dist-info"):
            name, _, version = record.stem.partition("-")
            here.setdefault(_normal(name), version)
    return {name: here[_normal(name)] for name in sorted(names) if _normal(name) in here}


def own_version(house: Path) -> str:
    """The version of the house itself."""
    return tomllib.loads((house / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]


def describe_commit(house: Path) -> dict[str, Any]:
    """The commit that is checked out in `house`, and whether its files differ from it; None for both without git."""
    try:
        said = [
            subprocess.run(["git", "-C", house, *command], capture_output=True, text=True, check=True).stdout.strip()
            for command in (
                ["rev-parse", "--show-toplevel", "HEAD"],
                ["status", "--porcelain", "--untracked-files=no"],
            )
        ]
    except (OSError, subprocess.CalledProcessError):
        return {"commit": None, "dirty": None}
    top, commit = said[0].splitlines()
    if Path(top) != house.resolve():  # a repository around the house tells nothing about it
        return {"commit": None, "dirty": None}
    return {"commit": commit, "dirty": bool(said[1])}


def digest(value: Any) -> str:
    """The sha256 of a value made of plain ones, whatever the order of its keys."""
    return hashlib.sha256(json.dumps(value, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def file_digest(path: Path) -> str:
    """The sha256 of a small file of the workflow."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def find_changes(recorded: Mapping[str, Any] | None, now: Packages) -> dict[str, list[str]]:
    """The other versions by which a part of the results may have been made, by package.

    `recorded` is the record of the run before, None where there is none. What was made with other packages is made
    again only when something else makes it stale, so that their versions stay on record until it is deleted.
    """
    if recorded is None:
        return {}
    before = {name: [*recorded["earlier"].get(name, []), version] for name, version in recorded["packages"].items()}
    others = {name: sorted(set(versions) - {now.get(name)}) for name, versions in before.items() if name in now}
    return {name: versions for name, versions in others.items() if versions}


def read_versions(path: str | Path) -> dict[str, Any] | None:
    """The record in `path`; None where there is none, or none that can be read: it is made anew then."""
    try:
        record = read_record(path)
        return record if {"packages", "earlier"} <= record.keys() else None
    except (OSError, ValueError, AttributeError):
        return None


def warn_of_changes(path: str | Path, house: Path) -> str | None:
    """A line that names the other packages with which the results beside the record in `path` were made, if any."""
    recorded = read_versions(path)
    now = read_pins(house) if recorded else {}
    other = find_changes(recorded, now)
    if not other:
        return None
    shown = [f"{name} {' and '.join(versions)} (now {now[name]})" for name, versions in list(other.items())[:3]]
    more = f" and {len(other) - 3} more" if len(other) > 3 else ""
    remedy = f"install those again, or make all anew: delete {path}, then snakemake --forceall"
    return f"warning: results were made with other packages: {', '.join(shown)}{more}; {remedy}"


def _normal(name: str) -> str:
    """A package's name as indexes compare it."""
    return re.sub("[-_.]+", "-", name).lower()
