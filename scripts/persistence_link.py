"""Link the base set's shards into one folder."""

from framewright.persistence.gather import gather
from framewright.study import job

log = job.start(snakemake)

with job.whole(snakemake.output.folder) as folder:
    gather(folder, snakemake.input.shards)
log.info("%d shards", len(snakemake.input.shards))
