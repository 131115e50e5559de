"""What one cluster is like: account, partitions and paths, in a file of the user's that no version control has.

`profiles/slurm` asks this module, so that nobody edits a profile. `make slurm-profile` writes the file.
"""

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from framewright.errors import UserError

KINDS: dict[str, type] = {
    "account": str,
    "partition": str,
    "partitions": dict,
    "jobs": int,
    "downloads": int,
    "conda_prefix": str,
    "scratch": str,
    "extra": str,
    "rules": dict,
}
LIMITS = {  # what the Slurm plugin knows of a partition
    *("max_runtime", "max_mem_mb", "max_mem_mb_per_cpu", "max_cpus_per_task", "max_threads", "max_nodes", "max_gpu"),
    *("max_tasks", "max_tasks_per_node", "max_cpus_per_gpu", "available_gpu_models", "available_constraints"),
    *("supports_mpi", "max_mpi_tasks", "cluster"),
}
JOBS, DOWNLOADS, MEGABYTES, MINUTES = 200, 4, 2000, 60  # where nothing else is said; the last two at each attempt
HEAD = """\
# This cluster, for `snakemake --profile slurm`. Written by `make slurm-profile`; it is yours to edit.
# A line that begins with # is off. Nothing here decides what comes out.

# account: my-account          # default: the one that Slurm takes for you
# partition: cpu               # one partition for everything; `partitions` below chooses one by what a job needs
# jobs: 200                    # in the queue at once
# downloads: 4                 # transfers at once
# conda_prefix: /shared/conda  # environments of `--sdm conda`, outside of any study
# scratch: /local/scratch      # temporary files, on the node itself; must exist on every node
# extra: --qos=normal          # more options of sbatch
# rules: {}                    # what a rule asks for here, as `make efficiency` proposes it
"""


def place_of(environment: Mapping[str, str]) -> Path:
    """Where the file is: what FRAMEWRIGHT_SITE says, or framewright/site.yaml in the user's configuration."""
    folder = environment.get("XDG_CONFIG_HOME") or f"{environment.get('HOME', '~')}/.config"
    return Path(environment.get("FRAMEWRIGHT_SITE") or f"{folder}/framewright/site.yaml").expanduser()


def read_site(path: Path) -> dict[str, Any]:
    """What the file says, empty where there is none; a UserError for what is not known, or of another kind."""
    if not path.exists():
        return {}
    try:
        said = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
    except (OSError, yaml.YAMLError) as error:
        raise UserError(f"{path}: can't be read as YAML ({str(error).splitlines()[0]})") from error
    if not isinstance(said, dict):
        raise UserError(f"{path}: it must hold keys and values, such as `account: my-account`")
    for key, value in said.items():
        if key not in KINDS:
            raise UserError(f"{path}: {key}: unknown; known are {', '.join(KINDS)}")
        if not isinstance(value, KINDS[key]) or isinstance(value, bool):
            raise UserError(f"{path}: {key} = {value!r}: must be {_kind(KINDS[key])}")
    for name, limits in said.get("partitions", {}).items():
        if unknown := sorted(set(limits or {}) - LIMITS):
            raise UserError(f"{path}: partitions: {name}: {unknown[0]}: unknown; known are {', '.join(sorted(LIMITS))}")
    for name, resources in said.get("rules", {}).items():
        if not isinstance(resources, dict):
            raise UserError(f"{path}: rules: {name} = {resources!r}: write it as {{mem_mb: 2000 * attempt}}")
    return said


def default_resources(site: Mapping[str, Any]) -> dict[str, str]:
    """What a job gets whose rule says nothing, more at each attempt, and where it runs."""
    given = {
        "slurm_account": site.get("account"),
        "slurm_partition": site.get("partition"),
        "slurm_extra": f"'{site['extra']}'" if "extra" in site else None,
        "tmpdir": f"'{site['scratch']}'" if "scratch" in site else None,
    }
    grown = {"mem_mb": f"{MEGABYTES} * attempt", "runtime": f"{MINUTES} * attempt"}
    return grown | {name: str(value) for name, value in given.items() if value is not None}


def name_of(folder: Path) -> str:
    """What the names of a study's Slurm jobs begin with: they tell its jobs from all others of the user's."""
    word = re.sub("[^A-Za-z0-9_-]", "-", folder.resolve().name)[:24]
    return f"{word}-{hashlib.sha256(str(folder.resolve()).encode()).hexdigest()[:10]}"


def folder_of(arguments: Sequence[str], here: Path) -> Path:
    """The folder in which a call of Snakemake works: that of --directory, or where it was called."""
    for index, argument in enumerate(arguments):
        name, equals, value = argument.partition("=")
        if name in ("--directory", "-d"):
            return here / (value if equals else next(iter(arguments[index + 1 :]), ""))
    return here


def compose_site(partitions: str, reported: str) -> str:
    """The text of a new file, from what `sinfo` said of the partitions and their nodes.

    `reported` has a line for each kind of node of a partition: name|time limit|megabytes|CPUs|generic resources. The
    default partition takes all jobs but those that need a GPU; these go to the first that has some. Others are off.
    """
    found: dict[str, dict[str, Any]] = {}
    for line in reported.splitlines():
        name, limit, memory, cpus, generic = line.split("|")[:5]
        known = found.setdefault(name, {"max_mem_mb": 0, "max_threads": 0, "max_gpu": 0})
        known["max_mem_mb"] = max(known["max_mem_mb"], _number(memory))
        known["max_threads"] = max(known["max_threads"], _number(cpus))
        known["max_gpu"] = max(known["max_gpu"], _count_gpus(generic))
        if (minutes := to_minutes(limit)) is not None:
            known["max_runtime"] = minutes
    if not found:
        return HEAD
    usual = next((name for name in found if name.endswith("*")), next(iter(found)))
    with_gpus = next((name for name, known in found.items() if known["max_gpu"]), None)
    lines = [HEAD, f"# Partitions as {partitions} told them.", "partitions:"]
    for name, known in found.items():
        off = "" if name in (usual, with_gpus) else "# "
        limits = ", ".join(f"{key}: {value}" for key, value in known.items() if value)
        lines.append(f"{off}  {name.rstrip('*')}: {{{limits}}}")
    return "\n".join(lines) + "\n"


def to_minutes(limit: str) -> int | None:
    """Minutes of a limit as Slurm writes it: `1-00:00:00`, `30:00`; None of an infinite one."""
    if not re.fullmatch(r"(\d+-)?\d+(:\d+){0,2}", limit):
        return None
    days, _, clock = limit.rpartition("-")
    parts = [int(part) for part in clock.split(":")]
    if days:
        parts += [0] * (3 - len(parts))
    hours, minutes = (parts[0], parts[1]) if len(parts) == 3 else (0, parts[0])
    return int(days or 0) * 1440 + hours * 60 + minutes


def _count_gpus(generic: str) -> int:
    counts: Iterable[str] = re.findall(r"\bgpu(?::[A-Za-z][\w.-]*)?:(\d+)", generic)
    return sum(map(int, counts))


def _number(cell: str) -> int:
    digits = re.match(r"\d+", cell)
    return int(digits[0]) if digits else 0


def _kind(kind: type) -> str:
    return {str: "a text", int: "a whole number", dict: "keys with what belongs to them"}[kind]
