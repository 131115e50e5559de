"""Download a file from the web, or record why it can't be had."""

from functools import partial
from pathlib import Path

from framewright.sources.http import Limits, download
from framewright.sources.outcome import settle, write_outcome
from framewright.study import job

log = job.start(snakemake)
source, effort, video = snakemake.params.settings["source"], snakemake.resources, snakemake.wildcards.video

get = partial(
    download,
    source,
    unfinished=Path(snakemake.output.video).parents[1] / ".unfinished" / video,
    limits=Limits(timeout=effort.timeout_seconds, max_bytes=effort.max_bytes),
    log=log,
    progress=job.start_progress(),
)
with job.whole(snakemake.output.video) as target:
    outcome = settle(
        get, target, video=video, source=source, kind="http", attempt=effort.attempt, attempts=effort.attempts
    )

with job.whole(snakemake.output.outcome) as path:
    write_outcome(path, outcome)
log.info("%s: %s", outcome.status, outcome.detail or f"{outcome.bytes:,} bytes")
