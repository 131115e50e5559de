"""Turn a MOT Challenge folder into a video and its truth, or record why that can't be done."""

from functools import partial

from framewright.sources.mot import fetch
from framewright.sources.outcome import settle, write_outcome
from framewright.study import job

log = job.start(snakemake)
source = snakemake.params.settings["source"]

with job.whole(snakemake.output.truth) as truth, job.whole(snakemake.output.video) as target:
    outcome = settle(
        partial(fetch, source.removeprefix("mot:"), truth=truth, log=log, progress=job.start_progress()),
        target,
        video=snakemake.wildcards.video,
        source=source,
        kind="mot",
        fingerprint=snakemake.params.settings["fingerprint"],
    )

with job.whole(snakemake.output.outcome) as path:
    write_outcome(path, outcome)
log.info("%s: %s", outcome.status, outcome.format or outcome.detail)
