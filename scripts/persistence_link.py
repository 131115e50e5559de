"""Link the base set's shards into one folder."""

from framewright.persistence.arm_folder import link_shards
from framewright.study import job

log = job.start(snakemake)
inputs, outputs = snakemake.input, snakemake.output

with job.whole(outputs.folder) as folder:
    link_shards(folder, inputs.shards)
log.info("%d shards", len(inputs.shards))
