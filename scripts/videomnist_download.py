"""Download one of MNIST's files and check its sha256; an interrupted download goes on where it ended."""

from pathlib import Path

from framewright.sources.http import Limits
from framewright.study import job
from framewright.videomnist.fetch import fetch

log = job.start(snakemake)
outputs, settings = snakemake.output, snakemake.params.settings
limits = Limits(snakemake.resources.timeout_seconds, snakemake.resources.max_bytes, snakemake.resources.attempts)

with job.whole(outputs.file) as path:
    fetched = fetch(
        settings["address"],
        snakemake.wildcards.file,
        path,
        Path(f"{outputs.file}.unfinished"),
        limits=limits,
        log=log,
        sha256=settings["sha256"],
    )
log.info("%d bytes, sha256 %s", fetched.bytes, fetched.sha256)
