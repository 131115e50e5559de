"""When Snakemake looks for jobs that may begin."""

from snakemake.settings.types import MaxJobsPerTimespan

DEFAULT = (100, 1)  # jobs, seconds


def look_when_jobs_end() -> None:
    """Let Snakemake look for jobs when one ends, and not by the clock as well.

    Its default limit of 100 jobs a second has it look once a second for each job that has ended: hundreds of times a
    second in the end. So the default is no limit. A limit that somebody chose counts.
    """
    MaxJobsPerTimespan.__bool__ = lambda limit: (limit.max_jobs, limit.timespan) != DEFAULT
