"""Write one export of the patches."""

from pathlib import Path

from framewright.patches.exports.write import write_export
from framewright.study import job

log = job.start(snakemake)
inputs, outputs = snakemake.input, snakemake.output

with job.whole(outputs.folder) as folder:
    write_export(snakemake.wildcards.format, folder, inputs.rows, Path(inputs.manifest).parent / "dataset")
log.info("%s is written", snakemake.wildcards.format)
