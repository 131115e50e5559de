"""Download one of MNIST's files and check its sha256; an interrupted download goes on where it ended."""

from pathlib import Path

from framewright.sources.http import Limits
from framewright.study import job
from framewright.videomnist.fetch import fetch

log = job.start(snakemake)
limits = Limits(snakemake.resources.timeout_seconds, snakemake.resources.max_bytes, snakemake.resources.attempts)

with job.whole(snakemake.output.file) as path:
    fetched = fetch(
        snakemake.params.place,
        snakemake.wildcards.file,
        path,
        Path(f"{snakemake.output.file}.unfinished"),
        limits=limits,
        log=log,
        sha256=snakemake.params.sha256,
    )
log.info("%d bytes, sha256 %s", fetched.bytes, fetched.sha256)
