"""Link a local file under its id, or record why it can't be used."""

from functools import partial

from framewright.sources.local import link
from framewright.sources.outcome import settle, write_outcome
from framewright.study import job

log = job.start(snakemake)
source = snakemake.input.source

with job.whole(snakemake.output.video) as target:
    outcome = settle(
        partial(link, source, study=job.find_study()),
        target,
        video=snakemake.wildcards.video,
        source=source,
        kind="local",
        fingerprint=snakemake.params.settings["fingerprint"],
    )

with job.whole(snakemake.output.outcome) as path:
    write_outcome(path, outcome)
log.info("%s: %s", outcome.status, outcome.detail or source)
