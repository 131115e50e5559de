"""Download a YouTube video, or record why it can't be had."""

from functools import partial
from pathlib import Path

from framewright import job
from framewright.sources.outcome import settle, write_outcome
from framewright.sources.youtube import Settings, download

log = job.start(snakemake)
row, effort, video = snakemake.params, snakemake.resources, snakemake.wildcards.video

get = partial(
    download,
    row.source,
    unfinished=Path(snakemake.output.video).parents[1] / ".unfinished" / video,
    settings=Settings(timeout=effort.timeout_seconds, max_bytes=round(row.max_gigabytes * 1e9), **row.youtube),
    sha256=row.sha256,
    log=log,
)
with job.whole(snakemake.output.video) as target:
    outcome = settle(
        get,
        target,
        video=video,
        source=row.source,
        kind="youtube",
        licence=row.licence,
        attempt=effort.attempt,
        attempts=effort.attempts,
    )

with job.whole(snakemake.output.outcome) as path:
    write_outcome(path, outcome)
log.info("%s: %s", outcome.status, outcome.detail or outcome.format)
