"""Render a demo scene, together with its exact truth."""

from functools import partial

from framewright.sources.demo import fetch
from framewright.sources.outcome import settle, write_outcome
from framewright.study import job

log = job.start(snakemake)
source = snakemake.params.settings["source"]

with job.whole(snakemake.output.video) as target, job.whole(snakemake.output.truth) as truth:
    outcome = settle(
        partial(fetch, source.removeprefix("demo:"), truth=truth, progress=job.start_progress()),
        target,
        video=snakemake.wildcards.video,
        source=source,
        kind="demo",
    )

with job.whole(snakemake.output.outcome) as path:
    write_outcome(path, outcome)
log.info("%s: %s", outcome.status, outcome.detail)
