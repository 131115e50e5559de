"""Check that an export of the tracks holds what is served, and nothing else; a broken promise fails the build."""

from pathlib import Path

from framewright.study import job
from framewright.study.contract import hold, write_contract
from framewright.tracks.curation.study import read_splits
from framewright.tracks.exports.write import Sources, check_export

log = job.start(snakemake)
inputs, outputs, settings = snakemake.input, snakemake.output, snakemake.params.settings

splits, results = read_splits(inputs.splits), Path(inputs.splits).parent
sources = Sources(inputs.rows, splits, inputs.frames, inputs.metas, results, settings["rate"])
found = check_export(snakemake.wildcards.format, Path(inputs.folder), sources)
with job.whole(outputs.contract) as path:
    write_contract(path, hold([found], log))
