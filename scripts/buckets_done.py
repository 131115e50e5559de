"""List what crashed in a phase, of all buckets."""

from framewright.study import job
from framewright.study.bucket_jobs.stamps import join_stamps, write_stamp

log = job.start(snakemake)

stamp = join_stamps(snakemake.input.stamps)
with job.whole(snakemake.output.stamp) as path:
    write_stamp(path, stamp)
log.info("%d buckets, %d videos crashed", len(snakemake.input.stamps), len(stamp.crashed))
