# Jobs of whole buckets, for all rule files. A run that has such jobs plans one for each bucket and phase, and no
# job of a video; in a bucket's folder, Snakemake runs again with this workflow and makes what its phase is to make.
# requires: common.smk
# yields:   the phases, what each of them makes, and how rules over the whole study wait for them

from types import SimpleNamespace
from snakemake.io import is_flagged, strip_wildcard_constraints

DIGESTS = bucket_phases.Digests()
CRASHES = stamps.count_crashes(bucket_run.CRASHES) if BUCKET_JOBS else {}  # as it is now: their phases run again


def crashed(patterns) -> frozenset[str]:
    """The videos that jobs of buckets had to leave out where they made these paths; a head waits for those jobs."""
    if BUCKET:
        return frozenset(WITHOUT)
    if not ASKED or (workflow.is_main_process and not BUCKET_JOBS):
        return frozenset()
    names = names_of_phases(patterns)
    done = [BUCKETS_DONE.format(asked=ASKED, phase=name) for name in names]
    if BUCKET_JOBS:
        done = [str(checkpoints.buckets_done.get(asked=ASKED, phase=name).output.stamp) for name in names]
    return frozenset(stamps.join_stamps(done).crashed)


def crashes_of(word: str):
    """The records of phases in which videos crashed in rules of this pipeline: inputs of its contract, or none."""

    def collect(wildcards):
        if not ASKED or BUCKET or (workflow.is_main_process and not BUCKET_JOBS):
            return []
        makes = [path for step in bucket_plans().steps if step.word == word and step.each for path in step.makes]
        crashed(makes)
        paths = [BUCKETS_DONE.format(asked=ASKED, phase=name) for name in names_of_phases(makes)]
        return [path for path in paths if stamps.check_crashes([path], [word])]

    return collect


def names_of_phases(patterns) -> list[str]:
    """The phases in which any bucket makes these paths."""
    there = {number for numbers in phases_of_buckets().values() for number in numbers}
    return [bucket_phases.name_phase(phase) for phase in bucket_plans().phases_of(patterns) if phase in there]


def made(paths):
    """Paths that jobs of buckets have made: the head looks for no rule that makes them."""
    return before_update(paths) if BUCKET_JOBS else paths


def fits(name: str, video: str) -> bool:
    """Whether a rule applies to a video."""
    word, pattern = name.partition("_")[0], constraint_of(name)
    return (word == "sources" or word in videos[video].pipelines) and (not pattern or bool(pattern(video)))


@cache
def constraint_of(name: str):
    """What says whether a rule's wildcard `video` may be an id; None where any may."""
    pattern = workflow.get_rule(name).wildcard_constraints.get("video")
    return re.compile(pattern).fullmatch if pattern else None


def read_by(made) -> tuple[str, ...]:
    """The paths that a rule reads, as patterns, as far as they can be known without a job."""
    found = [getattr(item, "patterns", [str(item)] if isinstance(item, str) else []) for item in made.input]
    return tuple(str(path) for paths in found for path in (paths() if callable(paths) else paths))


def kind_of(made) -> str:
    """Whether a rule needs a network, a GPU, or processors alone."""
    asks = {name for name in ("downloads", "gpu") if name in made.resources and made.resources[name].value}
    return bucket_phases.FETCH if "downloads" in asks else bucket_phases.GPU if asks else bucket_phases.WORK


@cache
def bucket_plans():
    """The phases of buckets for what this run was asked for."""
    steps = [
        bucket_phases.Step(
            **{"name": made.name, "kind": kind_of(made), "each": bool({"video", "bucket"} & made.wildcard_names)},
            **{"reads": read_by(made), "makes": tuple(map(strip_wildcard_constraints, map(str, made.output)))},
            once_a_bucket="bucket" in made.wildcard_names,
        )
        for made in workflow.rules
        if not made.name.startswith("buckets_")
    ]
    return bucket_plan.Plan(steps, ASKED.split("+"), COLLECTED, fits)


@cache
def phases_of_buckets() -> dict[str, list[int]]:
    """The phases of each bucket."""
    return {bucket: bucket_plans().list_phases(ids) for bucket, ids in bucketed().items()}


@cache
def phase_before(bucket: str, phase: str) -> list[str]:
    """The phase of a bucket before this one, if there is one: one chain for each bucket."""
    earlier = [number for number in phases_of_buckets()[bucket] if number < bucket_phases.number_of(phase)]
    return [bucket_phases.name_phase(number) for number in earlier[-1:]]


def stamp_before(wildcards) -> list[str]:
    """The stamp of a bucket's phase before this one."""
    names = phase_before(wildcards.bucket, wildcards.phase)
    return [BUCKET_STAMP.format(asked=wildcards.asked, phase=name, bucket=wildcards.bucket) for name in names]


def stamps_of_phase(wildcards) -> list[str]:
    """The stamps of all buckets that have this phase."""
    number = bucket_phases.number_of(wildcards.phase)
    among = [name for name, numbers in phases_of_buckets().items() if number in numbers]
    return [BUCKET_STAMP.format(asked=wildcards.asked, phase=wildcards.phase, bucket=name) for name in among]


def read_in_phase(wildcards) -> list[str]:
    """What a phase of a bucket reads beside its videos: weights, annotations, and what is made of the whole study."""
    number = bucket_phases.number_of(wildcards.phase)
    truths = [videos[video].truth for video in bucketed()[wildcards.bucket] if videos[video].truth]
    static = [ancient(path) if path in waited_for() else path for path in bucket_plans().list_static_inputs(number)]
    return [*static, *dict.fromkeys(truths)]


@cache
def waited_for() -> frozenset[str]:
    """What rules of videos wait for, and need not be made again for: their `ancient` inputs of no video."""
    items = [item for made in workflow.rules for item in made.input if isinstance(item, str) and "{" not in item]
    return frozenset(str(item) for item in items if is_flagged(item, "ancient"))


@cache
def digest_rule(name: str) -> str:
    """A digest of what decides a rule's results in all buckets alike."""
    params = workflow.get_rule(name).params
    settings = params.settings
    return f"{name} {getattr(params, 'code', '')} {'' if callable(settings) else DIGESTS.digest(settings)}"


def digest_phase(wildcards) -> str:
    """A digest of all settings of the jobs in a phase of a bucket, and of the code that they run."""
    number, ids, lines = bucket_phases.number_of(wildcards.phase), bucketed()[wildcards.bucket], []
    for step in bucket_plans().list_own(number):
        settings = workflow.get_rule(step.name).params.settings
        lines.append(digest_rule(step.name))
        among = [SimpleNamespace(bucket=wildcards.bucket)]
        if not step.once_a_bucket:
            among = [SimpleNamespace(video=video) for video in ids if fits(step.name, video)]
            lines += [one.video for one in among]
        lines += [DIGESTS.digest(settings(one)) for one in among] if callable(settings) else []
    return versions.digest(lines)


def compose_phase(wildcards) -> dict:
    """The settings of a job of a bucket."""
    ids = bucketed()[wildcards.bucket]
    return {
        "videos": ids,
        "outside": sorted({videos[video].place for video in ids if videos[video].place.startswith("../")}),
        "rules": bucket_plans().list_allowed(bucket_phases.number_of(wildcards.phase)),
        "probe": str(rules.sources_probe.output.probe),
        "digest": digest_phase(wildcards),
        "crashes": CRASHES.get(f"{wildcards.asked}/{wildcards.phase}/{wildcards.bucket}", 0),
    }


def bucket_targets(wildcards) -> list[str]:
    """In the folder of a bucket, what its phase is to make."""
    if not BUCKET:
        return []
    number = bucket_phases.number_of(os.environ[bucket_run.PHASE])
    ids = [video for video in bucketed()[BUCKET] if video not in WITHOUT]
    return bucket_plans().list_targets(number, BUCKET, ids)


def minutes_of_phase(wildcards, attempt):
    """Minutes that a job of a bucket gets: from the rates of its rules and the frames that its stamp before counted."""
    number, ids = bucket_phases.number_of(wildcards.phase), bucketed()[wildcards.bucket]
    names = [step.name for step in bucket_plans().list_own(number)]
    frames = [stamps.count_frames(path) for path in stamp_before(wildcards)]
    return needs.estimate_bucket_minutes(names, len(ids), sum(frames), config["bucket_cores"], attempt)
