# What the rule files share.
# requires: config (as given), config/schemas, the video table
# yields:   config (complete), videos (id -> row), and the input functions: the only functions in rule files

import os
import sys

HOUSE = Path(workflow.current_basedir).parent
SCRIPTS = HOUSE / "scripts"
SCHEMAS = HOUSE / "config" / "schemas"

# Nothing is written beside the code: what Python compiles is kept here, once for all studies, and so are notes on code.
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache"), "framewright").absolute()
sys.pycache_prefix, sys.dont_write_bytecode = str(CACHE / "python"), False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
# A job asks whether this process is still alive before it does anything.
os.environ.update(PYTHONPYCACHEPREFIX=sys.pycache_prefix, FRAMEWRIGHT_RUN=str(os.getpid()))
sys.path.insert(0, str(SCRIPTS))

from framewright.report.citation import read_citation
from framewright.study import code, table, versions
from framewright.study.config import complete, fill, read_schema, said
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
    rows = table.read_table(config["videos"] or HOUSE / "config" / "videos.tsv")
    if workflow.is_main_process:
        faults += table.problems(rows, SCHEMAS, SCENES, config["patches"]["categories"])
    if faults:
        sys.exit("\n".join(faults))
    return table.videos(rows)


videos = checked()
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


def paths(*collected) -> list[str]:
    """What rules collect, as one list of plain text."""
    return [str(path) for own in collected for path in own]


def makers(wildcards) -> dict[str, list[str]]:
    """Regular expressions of what each rule makes, its wildcards' constraints included."""
    made = {rule.name: [output.regex().pattern for output in rule.output] for rule in workflow.rules}
    return {name: patterns for name, patterns in made.items() if patterns}


def warn_of_other_packages(recorded: str) -> None:
    """One line when the results were made with other packages than those that are installed here."""
    if workflow.is_main_process and (line := versions.warning(recorded, HOUSE)):
        print(line, file=sys.stderr)
