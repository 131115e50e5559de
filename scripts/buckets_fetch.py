"""Fetch a bucket's videos from elsewhere, one after the other; a server that is busy is asked again."""

import os
from pathlib import Path

from framewright.study import job
from framewright.study.bucket_jobs.run import Means, Phase, run_phase
from framewright.study.bucket_jobs.stamps import write_stamp

log = job.start(snakemake)
settings, resources = snakemake.params.settings, snakemake.resources

phase = Phase(**dict(snakemake.wildcards), **{name: settings[name] for name in ("videos", "rules", "outside", "probe")})
attempts = snakemake.config["sources"]["attempts"]
means = Means(
    cores=1,
    megabytes=resources.mem_mb,
    attempt=attempts,  # those inside count
    attempts=attempts,
    python=os.environ["FRAMEWRIGHT_PYTHON"],
    snakefile=Path(__file__).parents[1] / "Snakefile",
    retries=attempts - 1,
)
stamp = run_phase(phase, means, [], snakemake.config, log)
with job.whole(snakemake.output.stamp) as path:
    write_stamp(path, stamp)
log.info("%d videos, %d of them crashed", len(settings["videos"]), len(stamp.crashed))
