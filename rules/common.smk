# What the rule files share.
# requires: config (as given), config/schemas, the video table
# yields:   config (complete), videos (id -> row), and the input functions: the only functions in rule files

import os
import socket
import sys

HOUSE = Path(workflow.current_basedir).parent
SCRIPTS = HOUSE / "scripts"
SCHEMAS = HOUSE / "config" / "schemas"
DEMO_TABLE = HOUSE / "config" / "videos.tsv"

# Nothing is written beside the code: what Python compiles is kept here, once for all studies, and so are notes on code.
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache"), "framewright").absolute()
sys.pycache_prefix, sys.dont_write_bytecode = str(CACHE / "python"), False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
# A job asks whether this process is still alive before it does anything.
os.environ.update(PYTHONPYCACHEPREFIX=sys.pycache_prefix, FRAMEWRIGHT_RUN=str(os.getpid()))
sys.path.insert(0, str(SCRIPTS))

from framewright.report.citation import read_citation
from framewright.study import code, declared, lock, table, table_faults, versions
from framewright.study.monitor.events import EventLog
from framewright.study.config import complete, fill, read_schema, said
from snakemake.logging import logger
from snakemake.utils import update_config
from framewright.scenes.names import NAMES as SCENES


def checked() -> dict:
    """The videos to work on, by id, after completing the config; every fault of both ends the run, a line each."""
    faults = []
    update_config(config, said(workflow.config_settings.config_args or []))
    if workflow.is_main_process:
        filled, faults = complete(config, SCHEMAS)
    else:  # a job of a run that was checked
        filled = fill(config, read_schema(SCHEMAS))
    config.update(filled)
    rows = table.read_table(config["videos"] or DEMO_TABLE)
    if workflow.is_main_process:
        faults += table_faults.problems(rows, SCHEMAS, SCENES, config["patches"]["categories"])
    if faults:
        sys.exit("\n".join(faults))
    return table.videos(rows)


videos = checked()
events = EventLog(directory=workflow.overwrite_workdir)
if workflow.is_main_process:
    logger.addHandler(events)
    if warning := lock.advice(Path(), socket.gethostname()):
        print(warning, file=sys.stderr)
TABLE = Path(config["videos"] or DEMO_TABLE).absolute()
CITATION = read_citation(HOUSE / "CITATION.cff")  # in the settings of the rules that write cards
DEMO_DETECTOR = str(
    HOUSE / "config" / "detector" / "demo.onnx"
)  # finds objects where the configuration names no weights


def code_of(script: str) -> str:
    """A digest of what a script computes: editing it, or the library below it, makes its outputs stale."""
    return code.code_of(f"{script}.py", SCRIPTS, CACHE / "code.json")


def column(name: str):
    """A column of the video table, as a parameter of a rule that has the wildcard `video`."""
    return lambda wildcards: getattr(videos[wildcards.video], name)


def of_video(*names: str, **others):
    """Columns of the video table as the settings of a rule that has the wildcard `video`, and `others` beside them."""
    return lambda wildcards: {name: getattr(videos[wildcards.video], name) for name in names} | others


def videos_of(kind: str) -> list[str]:
    """The ids of the videos whose source is of this kind: local, http, youtube, mot or demo."""
    return [row.video for row in videos.values() if row.kind == kind]


def videos_with_truth() -> list[str]:
    """The ids of the videos whose cuts or objects are known: from the table, a MOT folder or a demo scene's renderer."""
    return [row.video for row in videos.values() if row.truth or row.kind in ("mot", "demo")]


def only(ids: list[str]) -> str:
    """A pattern for these ids alone: it tells apart the rules that make the same file from different sources."""
    return table.id_pattern(ids, among=videos)


def place(wildcards) -> str:
    """The file or folder of a video that is here already."""
    return videos[wildcards.video].place


def place_bytes(wildcards) -> int:
    """The size of that file, or of all files in that folder: unlike its time, no way of copying keeps it by chance."""
    here = Path(place(wildcards))
    return sum(file.stat().st_size for file in (here.rglob("*") if here.is_dir() else [here]) if file.is_file())


def annotations(wildcards) -> list[str]:
    """The annotation files of a MOT folder that are there and may be read."""
    files = [f"{place(wildcards)}/{name}" for name in ("seqinfo.ini", "gt/gt.txt")]
    return [file for file in files if os.path.isfile(file) and os.access(file, os.R_OK)]


def of_each(pattern: str, ids, **others):
    """Inputs over the whole study: the path of each of these videos, and for each of the `others`.

    A function, because every job reads this file, and few of them need these paths.
    """
    return lambda wildcards: expand(pattern, video=list(ids), **others)


def paths(wildcards, *collected) -> list[str]:
    """What rules collect, by function or in plain text, as one list of plain text."""
    found = []
    for part in collected:
        part = part(wildcards) if callable(part) else part
        found += [str(part)] if isinstance(part, str) else paths(wildcards, *part)
    return found


def artifacts(wildcards) -> list[str]:
    """Every final file and folder that the configuration asks for, but the MANIFEST itself and what depends on it."""
    shared = (rules.sources.input, rules.overview_dag.output, rules.cards_funnel.output, rules.cards_versions.output)
    return paths(wildcards, *shared, *(getattr(rules, pipeline).input for pipeline in config["pipelines"]))


def makers() -> dict[str, list[str]]:
    """Regular expressions of what each rule makes, its wildcards' constraints included."""
    made = {rule.name: [output.regex().pattern for output in rule.output] for rule in workflow.rules}
    return {name: patterns for name, patterns in made.items() if patterns}


def warn_of_other_packages(recorded: str) -> None:
    """One line when the results were made with other packages than those that are installed here."""
    if workflow.is_main_process and (line := versions.warning(recorded, HOUSE)):
        print(line, file=sys.stderr)


onstart:
    # Not called by a dry run. `make monitor` and `make resume` read what is written from now on.
    events.begin()
