"""Write the clips of the tracks in tar shards."""

from pathlib import Path

from framewright.exports.shards import write_shards
from framewright.study import job
from framewright.tracks.exports.clips import list_samples
from framewright.tracks.split_table import read_splits

log = job.start(snakemake)
inputs, outputs = snakemake.input, snakemake.output

samples = list_samples(inputs.rows, read_splits(inputs.splits), Path(inputs.clips).parents[1])
with job.whole(outputs.folder) as folder:
    log.info("%d clips are written", write_shards(folder, samples))
