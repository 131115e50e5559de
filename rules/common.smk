# What the rule files share.
# requires: config (as given), config/schemas, the video table
# yields:   config (complete), videos (id -> row), and the input functions: the only functions in rule files

import json
import os
import re
import socket
import sys
from functools import cache
import time

HOUSE = Path(workflow.current_basedir).parent
SCRIPTS = HOUSE / "scripts"
SCHEMAS = HOUSE / "config" / "schemas"
DEMO_WEIGHTS = HOUSE / "config" / "detector" / "demo.onnx"
LVIS = HOUSE / "config" / "prompts" / "lvis.txt"  # what open-vocabulary weights find without prompts
# A working directory may bring a table of its own, as it may bring a configuration.
DEFAULT_TABLE = Path("config/videos.tsv") if Path("config/videos.tsv").exists() else HOUSE / "config" / "videos.tsv"

# Nothing is written beside the code: what Python compiles is kept here, once for all studies, and so are notes on code.
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache"), "framewright").absolute()
sys.pycache_prefix, sys.dont_write_bytecode = str(CACHE / "python"), False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
# A job asks whether this process is still alive before it does anything.
os.environ.update(PYTHONPYCACHEPREFIX=sys.pycache_prefix, FRAMEWRIGHT_RUN=str(os.getpid()))
os.environ.update(FRAMEWRIGHT_PYTHON=sys.executable)  # which has Snakemake, as environments of scripts need not
BUCKET = os.environ.get("FRAMEWRIGHT_BUCKET") if workflow.is_main_process else None  # a job of one works in its folder
IS_HEAD = workflow.is_main_process and not BUCKET
if IS_HEAD:  # jobs know by this that they were tried before in the same run
    os.environ.update(FRAMEWRIGHT_BEGIN=f"{socket.gethostname()} {os.getpid()} {time.time()}")
# Scripts import this workflow's library, whichever one the environment knows.
os.environ.update(PYTHONPATH=os.pathsep.join([str(SCRIPTS), *filter(None, [os.environ.get("PYTHONPATH")])]))
sys.path.insert(0, str(SCRIPTS))
for module in [name for name in sys.modules if name.partition(".")[0] == "framewright"]:
    del sys.modules[module]  # profiles/default has asked the environment's, which may be another checkout

from framewright.class_names import list_unknown
from framewright.report.citation import read_citation
from framewright.sources import fingerprint
from framewright.study import asked, buckets, code, declared, dry_run, job, lock, memory, messages, scheduling
from framewright.study import table, table_faults, versions
from framewright.study.bucket_jobs import mode, phases as bucket_phases, plan as bucket_plan, run as bucket_run, stamps
from framewright.study.monitor.events import EventLog
from framewright.study.config import complete, fill, read_schema, read_yaml, parse_overrides
from snakemake.io import is_flagged, regex_from_filepattern
from snakemake.logging import logger
from snakemake.utils import update_config
from framewright.scenes.names import NAMES as SCENES

memory.collect_rarely()


wildcard_constraints:
    bucket=r"\d+-of-\d+",


def checked() -> dict:
    """The videos to work on, by id, after completing the config; every fault of both ends the run, a line each."""
    faults = []
    update_config(config, parse_overrides(workflow.config_settings.config_args or []))
    if IS_HEAD:
        filled, faults = complete(config, SCHEMAS)
    else:  # a job of a run that was checked, or the Snakemake in one
        filled = fill(config, read_schema(SCHEMAS))
    config.update(filled)
    rows = table.read_table(config["videos"] or DEFAULT_TABLE)
    if IS_HEAD:
        faults += filter(None, [buckets.change_of_buckets("results", config["buckets"])])
        faults += table_faults.find_faults(rows, SCHEMAS, SCENES, config["patches"]["categories"])
    if faults:
        sys.exit("\n".join(faults))
    return table.type_rows(rows)


def used() -> list[str]:
    """The configured pipelines that have something to work on; what a run is asked for and can't make is said."""
    known = read_schema(SCHEMAS)["properties"]["pipelines"]["items"]["enum"]
    on_rows = read_yaml(SCHEMAS / "videos.schema.yaml")["properties"]["pipelines"]["items"]["enum"]
    weights = {word: config[word]["detector"]["weights"] for word in ("tracks", "flexpatch")}
    idle = asked.find_idle(known, on_rows, videos.values(), {"flexpatch": weights["flexpatch"]})
    if IS_HEAD:
        wanted = asked.find_asked(sys.argv[1:], known, config["pipelines"])
        faults = asked.list_detector_faults(wanted, videos.values(), weights, config["videos"] or DEFAULT_TABLE)
        for word in wanted if not faults else []:
            if word in weights and word not in idle and weights[word] != asked.NONE:
                of, key = config[word]["detector"], f"{word}.detector.classes"
                faults += list_unknown(key, of["classes"], weights[word] or DEMO_WEIGHTS, of.get("prompts"), LVIS)
        if faults:
            sys.exit("\n".join(faults))
        for word in wanted:
            if word in idle:
                print(idle[word], file=sys.stderr)
    return [word for word in known if word not in idle]


if workflow.is_main_process and not os.access(Path(), os.W_OK):
    sys.exit(f"{Path().absolute()}: nothing can be written here; run in a folder of your own, or name one: --directory")
videos = checked()
USED = used()
PIPELINES = [word for word in config["pipelines"] if word in USED]
# Pipelines that made something and have nothing to work on any more: their rows become empty.
EMPTIED = asked.find_emptied("results", USED)
events = EventLog(directory=workflow.overwrite_workdir)
if workflow.is_main_process:
    messages.shorten_messages(logger, locked := lock.explain_lock(Path(), socket.gethostname()))
    logger.addHandler(events)
    if dry_run.is_wanted(workflow.output_settings):
        dry_run.summarise(logger)
    if locked:
        print(locked, file=sys.stderr)
scheduling.look_when_jobs_end()
if BUCKET:
    job.die_with_parent()
# Whether this process plans jobs of whole buckets: as the configuration says, or else the profile that it was given.
BUCKET_JOBS = IS_HEAD and mode.choose_bucket_jobs(config["bucket_jobs"], os.environ, config["buckets"])
WITHOUT = json.loads(os.environ.get(bucket_run.WITHOUT, "[]")) if BUCKET else []  # videos that crashed there
ASKED = os.environ.get(bucket_run.ASKED, "")
if BUCKET_JOBS:
    every = read_schema(SCHEMAS)["properties"]["pipelines"]["items"]["enum"]
    ASKED = asked.name_words(sys.argv[1:], every, (*PIPELINES, *EMPTIED))
    os.environ.update({bucket_run.ASKED: ASKED})  # jobs leave out the same videos
# What decides results; where jobs run is no part of it.
DECIDING = {key: value for key, value in config.items() if key not in ("bucket_jobs", "bucket_cores")}
BUCKET_STAMP = ".framewright/phases/{asked}/{phase}/{bucket}.json"
BUCKETS_DONE = ".framewright/phases/{asked}/{phase}.json"
TABLE = Path(config["videos"] or DEFAULT_TABLE).absolute()
FETCHES_ON_HEAD = config["sources"]["fetch_on"] == "head"  # where the network is
FILMS = ("video", ".mp4")  # how the names of films end, among all that is made
CITATION = read_citation(HOUSE / "CITATION.cff")  # in the settings of the rules that write cards


def code_of(script: str) -> str:
    """A digest of what a script computes: editing it, or the library below it, makes its outputs stale."""
    return code.code_of(f"{script}.py", SCRIPTS, CACHE / "code.json")


def column(name: str):
    """A column of the video table, as a parameter of a rule that has the wildcard `video`."""
    return lambda wildcards: getattr(videos[wildcards.video], name)


def of_video(*names: str, **others):
    """Columns of the video table as the settings of a rule that has the wildcard `video`, and `others` beside them."""
    return lambda wildcards: {name: getattr(videos[wildcards.video], name) for name in names} | others


@cache
def by_kind() -> dict[str, list[str]]:
    """The ids of the videos by the kind of their source."""
    groups = {}
    for row in videos.values():
        groups.setdefault(row.kind, []).append(row.video)
    return groups


def videos_of(kind: str) -> list[str]:
    """The ids of the videos whose source is of this kind: local, http, youtube, mot or demo."""
    return by_kind().get(kind, [])


DRAWN = frozenset(videos_of("demo"))  # the workflow's own scenes


def videos_with_truth() -> list[str]:
    """The ids of the videos whose cuts or objects are known: from the table, a MOT folder or a demo scene's renderer."""
    known = {*videos_of("mot"), *DRAWN}
    return [row.video for row in videos.values() if row.truth or row.video in known]


def only(ids: list[str]) -> str:
    """A pattern for these ids alone: it tells apart the rules that make the same file from different sources."""
    return table.id_pattern(ids, among=videos)


def place(wildcards) -> str:
    """The file or folder of a video that is here already."""
    return videos[wildcards.video].place


def fingerprint_of(wildcards) -> str:
    """What tells that other bytes lie at the place of a video, without reading all of them."""
    return fingerprint.take_fingerprint(place(wildcards), ".snakemake/fingerprints.tsv")


def take_film(pattern):
    """An input that may be large, such as a film: its age makes nothing stale, and the head never reads it.

    The small record of its maker must be an input beside it; that one changes when the film does.
    """
    return ancient([str(path) for path in pattern] if isinstance(pattern, list) else str(pattern))


def annotations(wildcards) -> list[str]:
    """The annotation files of a MOT folder that are there and may be read."""
    files = [f"{place(wildcards)}/{name}" for name in ("seqinfo.ini", "gt/gt.txt")]
    return [file for file in files if os.path.isfile(file) and os.access(file, os.R_OK)]


COLLECTED = []  # what rules read of videos and buckets: patterns, and of which videos (None: once a bucket)


def collecting(pattern, ids, collect):
    """The function itself, known by what it collects: jobs of buckets make that."""
    collect.patterns = [str(pattern)] if isinstance(pattern, str) else [str(path) for path in pattern]
    COLLECTED.append((collect.patterns, ids))
    return collect


def of_each(pattern, ids, flag=list, wanted=True):
    """Inputs over the whole study: the path of each of these videos, flagged as `ancient` where that is given.

    A function, because every job reads this file, and few of them need these paths. It knows those of each bucket.
    Not `wanted` is what the configuration does not ask for.
    """

    def collect(wildcards):
        without = crashed(collect.patterns) if ids else ()
        return flag(made(expand(pattern, video=[video for video in ids if video not in without])))

    collect.of_bucket = of_bucket(pattern, ids if wanted else [], flag)
    return collecting(pattern, ids if wanted else [], collect)


def all_of(pattern, ids):
    """What a target collects of each video. A head that plans jobs of buckets waits for them, and lists no file."""
    whole = of_each(pattern, ids)

    def collect(wildcards):
        return [] if BUCKET_JOBS and crashed(whole.patterns) is not None else whole(wildcards)

    collect.of_bucket, collect.whole, collect.patterns = whole.of_bucket, whole, whole.patterns
    return collect


@cache
def bucketed() -> dict[str, list[str]]:
    """The ids in each bucket, sorted."""
    return buckets.group_videos(videos, config["buckets"])


def in_bucket(wildcards) -> list[str]:
    """The ids in the bucket that the wildcard names, but of videos that crashed."""
    return [video for video in bucketed()[wildcards.bucket] if video not in WITHOUT]


def of_parts(pattern: str, parts, videos_of):
    """Inputs made in parts of videos: the path of each (video, part) of those that `videos_of` names by wildcards."""

    def collect(wildcards):
        without = () if videos_of is in_bucket or not parts else crashed(collect.patterns)
        among = frozenset(videos_of(wildcards)).difference(without)
        paths = [pattern.format(video=video, part=part) for video, part in parts if video in among]
        return paths if videos_of is in_bucket else made(paths)

    return collecting(pattern, parts, collect)


def of_bucket(pattern: str, ids, flag=list):
    """Inputs where the wildcard is `bucket`, the path of each of these videos that lies in it."""
    among = cache(lambda: frozenset(ids))  # built where it is asked for: few processes do

    def collect(wildcards):
        return flag(expand(pattern, video=[video for video in in_bucket(wildcards) if video in among()]))

    return collecting(pattern, ids, collect)


def of_buckets(pattern: str):
    """Inputs over the whole study from what was collected in each bucket."""

    def collect(wildcards):
        crashed(collect.patterns)
        return made(expand(pattern, bucket=bucketed()))

    collecting(pattern, None, collect)
    return collect if config["buckets"] > 1 else expand(pattern, bucket=buckets.bucket_names(1))


def collected_by(*collected) -> list:
    """What rules collect, each part by itself: functions, and paths in plain text."""
    found = []
    for part in collected:
        found += [part] if callable(part) or isinstance(part, str) else collected_by(*part)
    return found


def final() -> list:
    """What makes up the study, but the MANIFEST itself and what depends on it: functions, and paths in plain text."""
    shared = (rules.overview_dag.output, rules.cards_funnel.output, rules.cards_versions.output)
    # The rules themselves: what `rules` offers of their functions has forgotten what these collect.
    targets = [workflow.get_rule(word).input for word in ("sources", *PIPELINES, *EMPTIED)]
    return collected_by(*shared, *targets)


def artifacts(wildcards) -> list[str]:
    """Every final file and folder of the whole study: those that belong to no one video."""
    parts = [part for part in final() if not hasattr(part, "of_bucket")]
    return [path for part in parts for path in ([str(part)] if isinstance(part, str) else part(wildcards))]


def artifacts_in(films: bool):
    """Every final file and folder of the videos in the bucket that the wildcard names: the films, or all else."""

    def collect(wildcards):
        each = [part.of_bucket(wildcards) for part in final() if hasattr(part, "of_bucket")]
        found = [str(path) for paths in each for path in paths if str(path).endswith(FILMS) == films]
        return take_film(found) if films else found

    collect.patterns = lambda: [path for part in final() if hasattr(part, "of_bucket") for path in part.patterns]
    return collect


def all_artifacts(wildcards) -> list[str]:
    """Every final file and folder."""
    each = [getattr(part, "whole", part) for part in final() if hasattr(part, "of_bucket")]
    return artifacts(wildcards) + [str(path) for part in each for path in part(wildcards)]


def if_used(pipeline: str, *collected, emptied=()):
    """What the target of a pipeline collects; where it has nothing to work on any more, what must become empty."""
    return collected if pipeline in USED else emptied if pipeline in EMPTIED else ()


def pipelines_with(rule: str) -> list[str]:
    """The chosen pipelines that have such a rule."""
    names = {made.name for made in workflow.rules}
    return [word for word in PIPELINES if f"{word}_{rule}" in names]


def needs_gpu(made) -> bool:
    """Whether the jobs of a rule ask for a GPU; those of buckets are no jobs of their own."""
    gpu = made.resources.get("gpu")
    return not gpu.is_evaluable() and bool(gpu.value)


def jobs_by_rule(counted: dict[str, int]) -> dict[str, int | list[str]]:
    """How many jobs each rule of this study has, or the ids of its videos, a job each; `counted` knows the others."""
    jobs = {}
    for made in workflow.rules:
        word, names = made.name.partition("_")[0], made.wildcard_names
        if not made.output or word not in ("sources", "overview", "cards", *PIPELINES):
            continue
        if names == {"video"} and made.name not in counted:
            fits = re.compile(made.wildcard_constraints.get("video", ".+")).fullmatch
            among = [video for video, row in videos.items() if word == "sources" or word in row.pipelines]
            jobs[made.name] = [video for video in among if fits(video)]
        else:
            jobs[made.name] = counted.get(made.name, config["buckets"] if "bucket" in names else 1)
    return jobs


@cache
def makers() -> dict[str, list[str]]:
    """Regular expressions of what each rule makes, its wildcards' constraints included."""
    made = {rule.name: [output.regex().pattern for output in rule.output] for rule in workflow.rules}
    return {name: patterns for name, patterns in made.items() if patterns and not name.startswith("buckets_")}


def makers_in(bucket: str) -> dict[str, list[str]]:
    """The same for the videos of a bucket: a video of another changes nothing here."""
    found = dict(makers())
    for made in workflow.rules:
        if made.name in found and constraint_of(made.name):
            among = table.id_pattern(filter(constraint_of(made.name), bucketed()[bucket]))
            patterns = [re.sub(r"\{video,[^{}]*\}", lambda _: f"{{video,{among}}}", str(path)) for path in made.output]
            found[made.name] = [regex_from_filepattern(pattern) for pattern in patterns]
    return found


def warn_of_other_packages(recorded: str) -> None:
    """One line when the results were made with other packages than those that are installed here."""
    if IS_HEAD and (line := versions.warn_of_changes(recorded, HOUSE)):
        print(line, file=sys.stderr)


def list_reported() -> dict[str, str]:
    """By rule, the first file that it puts into the report, where that is the same for every video."""
    found: dict[str, str] = {}
    for made in workflow.rules:
        for path in made.output:
            if is_flagged(path, "report") and not is_flagged(path, "directory") and "{" not in path:
                found.setdefault(made.name, str(path))
    return found


include: "common_needs.smk"
include: "common_buckets.smk"


onstart:
    # Not called by a dry run. `make monitor` and `make resume` read what is written from now on.
    events.begin()
