"""Write the patches as BasicSR reads them."""

from pathlib import Path

from framewright.patches.exports.basicsr import list_pairs, write_basicsr
from framewright.study import job

log = job.start(snakemake)
inputs, outputs = snakemake.input, snakemake.output

pairs = list_pairs(inputs.rows)
with job.whole(outputs.folder) as folder:
    write_basicsr(folder, Path(inputs.manifest).parent / "dataset", pairs)
log.info("%d pairs and scenes are written", len(pairs))
