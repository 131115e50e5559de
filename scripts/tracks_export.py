"""Write one export of the tracks."""

from pathlib import Path

from framewright.study import job
from framewright.tracks.curation.study import read_splits
from framewright.tracks.exports.write import Sources, write_export

log = job.start(snakemake)
inputs, outputs, settings = snakemake.input, snakemake.output, snakemake.params.settings

splits, results = read_splits(inputs.splits), Path(inputs.splits).parent
sources = Sources(inputs.rows, splits, inputs.frames, inputs.metas, results, settings["rate"])
with job.whole(outputs.folder) as folder:
    write_export(snakemake.wildcards.format, folder, sources)
log.info("%s is written", snakemake.wildcards.format)
