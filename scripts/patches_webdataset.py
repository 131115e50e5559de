"""Write the patches in tar shards."""

from pathlib import Path

from framewright.exports.shards import write_shards
from framewright.patches.exports.pairs import list_samples
from framewright.study import job

log = job.start(snakemake)
inputs, outputs = snakemake.input, snakemake.output

samples = list_samples(inputs.rows, Path(inputs.manifest).parent / "dataset")
with job.whole(outputs.folder) as folder:
    log.info("%d patches are written", write_shards(folder, samples))
