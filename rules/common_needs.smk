# What jobs ask for: memory and minutes, as measured, and more at each attempt.
# requires: common.smk, the record of a video's probe where there is one
# yields:   the resources `mem_mb` and `runtime` of rules

from framewright.study.cluster import needs


def per_attempt(amount: int):
    """A resource that grows with each attempt: a job that ran out of it gets more."""
    return lambda wildcards, attempt: amount * attempt


def minutes_of(rule: str, units: int | None = None):
    """Minutes that a job gets: from measured rates, the frames of its video or these units, and the attempt."""

    def estimate(wildcards, attempt):
        if units is not None:
            return needs.estimate_minutes(rule, units, attempt)
        probe = rules.sources_probe.output.probe.format(video=wildcards.video)
        return needs.estimate_minutes(rule, needs.count_frames(probe), attempt)

    return estimate


def megabytes_of(rule: str):
    """Memory that a job gets: as measured, by the size of its video's frames, and the attempt."""
    probe = rules.sources_probe.output.probe
    return lambda wildcards, attempt: needs.estimate_megabytes(rule, probe.format(video=wildcards.video), attempt)
