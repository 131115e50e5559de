"""Run one phase of a bucket's videos on the cores of this job, and list the videos that crashed."""

import os
from pathlib import Path

from framewright.study import job
from framewright.study.bucket_jobs.run import Means, Phase, run_phase
from framewright.study.bucket_jobs.stamps import write_stamp

log = job.start(snakemake)
inputs, settings, resources = snakemake.input, snakemake.params.settings, snakemake.resources

phase = Phase(**dict(snakemake.wildcards), **{name: settings[name] for name in ("videos", "rules", "outside", "probe")})
means = Means(
    cores=snakemake.threads,
    megabytes=resources.mem_mb,
    attempt=resources.attempt,
    attempts=snakemake.config["sources"]["attempts"],
    python=os.environ["FRAMEWRIGHT_PYTHON"],
    snakefile=Path(__file__).parents[1] / "Snakefile",
)
stamp = run_phase(phase, means, inputs.before, snakemake.config, log)
with job.whole(snakemake.output.stamp) as path:
    write_stamp(path, stamp)
log.info("%d videos, %d of them crashed", len(settings["videos"]), len(stamp.crashed))
