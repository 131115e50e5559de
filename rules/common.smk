# What the rule files share.
# requires: config (as given), config/schemas, the video table
# yields:   config (complete), videos (id -> row), and the input functions: the only functions in rule files

import os
import sys

HOUSE = Path(workflow.current_basedir).parent
SCRIPTS = HOUSE / "scripts"

# Nothing is written beside the code, not even what Python compiles.
os.environ["PYTHONPYCACHEPREFIX"] = sys.pycache_prefix = str(Path(".snakemake/pycache").absolute())
sys.path.insert(0, str(SCRIPTS))

from framewright import code
from framewright.config import complete, fill, read_schema
from framewright.scenes.names import NAMES as SCENES
from framewright.table import id_pattern, problems, read_table

SCHEMAS = HOUSE / "config" / "schemas"


def code_of(script: str) -> str:
    """A digest of what a script computes: editing it, or the library below it, makes its outputs stale."""
    return code.code_of(f"{script}.py", SCRIPTS)


def column(name: str):
    """A column of the video table, as a parameter of a rule that has the wildcard `video`."""
    return lambda wildcards: getattr(videos[wildcards.video], name)


def videos_of(kind: str) -> list[str]:
    """The ids of the videos whose source is of this kind: local, http, youtube, mot or demo."""
    return [row.video for row in videos.values() if row.kind == kind]


def ids_of(kind: str) -> str:
    """A pattern that matches the ids of one kind of source: it tells apart the rules that make the same file."""
    return id_pattern(videos_of(kind))


def videos_with_truth() -> list[str]:
    """The ids of the videos whose cuts, objects or faces are known."""
    return [row.video for row in videos.values() if row.truth or row.kind in ("demo", "mot")]
