"""Link the base set's shards into one folder."""

from framewright import job
from framewright.persistence.gather import gather

log = job.start(snakemake)

with job.whole(snakemake.output.folder) as folder:
    gather(folder, snakemake.input.shards)
log.info("%d shards", len(snakemake.input.shards))
