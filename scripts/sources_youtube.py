"""Download a YouTube video, or record why it can't be had."""

from functools import partial
from pathlib import Path

from framewright.sources.outcome import settle, write_outcome
from framewright.sources.youtube import Settings, download
from framewright.study import job

log = job.start(snakemake)
settings, effort, video = snakemake.params.settings, snakemake.resources, snakemake.wildcards.video

get = partial(
    download,
    settings["source"],
    unfinished=Path(snakemake.output.video).parents[1] / ".unfinished" / video,
    settings=Settings(
        height=settings["height"],
        audio=settings["audio"],
        cookies=effort.cookies or None,
        rate_limit=effort.rate_limit or None,
        sleep_seconds=effort.sleep_seconds,
        timeout=effort.timeout_seconds,
        max_bytes=effort.max_bytes,
    ),
    log=log,
    progress=job.start_progress(),
)
with job.whole(snakemake.output.video) as target:
    tries = {"attempt": effort.attempt, "attempts": effort.attempts}
    outcome = settle(get, target, video=video, source=settings["source"], kind="youtube", **tries)

with job.whole(snakemake.output.outcome) as path:
    write_outcome(path, outcome)
log.info("%s: %s", outcome.status, outcome.detail or outcome.format)
