"""What can be told of a command line before Snakemake reads it: of mistakes that it answers with a traceback.

Snakemake reads the entries of `--config` and the files of `--configfile` before it loads the workflow. A profile it
reads earlier still, and `profiles/default` may hold Python: that calls this module.
"""

import re
from collections.abc import Sequence
from pathlib import Path

import yaml

from framewright.study.choices import CONFIG, FILES, list_values
from framewright.study.config import has_path, read_yaml

KEY = re.compile(r"[a-zA-Z_][\w-]*\w")  # what Snakemake takes for a key
WORD = re.compile(r"[\w-]+")


def find_faults(arguments: Sequence[str]) -> list[str]:
    """A line for each entry of `--config` and each file of `--configfile` that can't be read."""
    entries = [_check_entry(entry) for entry in list_values(arguments, CONFIG)]
    return [*filter(None, entries), *filter(None, map(_check_file, list_values(arguments, FILES)))]


def _check_entry(entry: str) -> str:
    key, equals, value = entry.partition("=")
    above, *below = key.split(".")
    if not equals:
        return f"--config {entry}: no value; write --config {entry}=VALUE, and targets behind --"
    if below and all(map(WORD.fullmatch, (above, *below))):
        inside = value
        for name in reversed(below):
            inside = f"{{{name}: {inside}}}"
        return f"--config {entry}: keys are nested with braces here; write --config '{above}={inside}'"
    if not KEY.fullmatch(key):
        return f"--config {entry}: {key!r} is no key; write --config KEY=VALUE (config/README.md lists all keys)"
    return ""


def _check_file(path: str) -> str:
    if not has_path("thing", path):
        return f"--configfile {path}: no such file; paths are relative to the folder where snakemake is called"
    try:
        content = read_yaml(Path(path))
    except OSError as error:
        return f"--configfile {path}: can't be read ({error.strerror})"
    except (yaml.YAMLError, ValueError) as error:
        mark = getattr(error, "problem_mark", None)
        place = f", line {mark.line + 1}" if mark else ""
        return f"--configfile {path}{place}: not YAML ({getattr(error, 'problem', None) or error})"
    if not isinstance(content, dict):
        return f"--configfile {path}: it must hold keys and values, such as `seed: 1`"
    return ""
