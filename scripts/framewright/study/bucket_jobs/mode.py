"""Whether the jobs of a run are whole buckets."""

from collections.abc import Mapping, MutableMapping

VARIABLE = "FRAMEWRIGHT_BUCKET_JOBS"  # by which a profile says yes, and what only asks Snakemake says no
NO = "no"


def choose_bucket_jobs(chosen: bool | None, environment: MutableMapping[str, str], buckets: int) -> bool:
    """What the configuration says (`chosen`), or else the profile, by an environment variable; no with one bucket.

    The variable is taken away, so that what this process starts knows nothing of it.
    """
    said = environment.pop(VARIABLE, "")
    wanted = bool(said) if chosen is None else chosen
    return wanted and said != NO and buckets > 1


def plan_videos(environment: Mapping[str, str]) -> dict[str, str]:
    """An environment in which Snakemake plans each video, whatever profile called: for what only asks."""
    return {**environment, VARIABLE: NO}
