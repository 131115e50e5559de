"""Check that an export of the patches holds what is served, and nothing else; a broken promise fails the build."""

from pathlib import Path

from framewright.patches.exports.write import check_export
from framewright.study import job
from framewright.study.contract import hold, write_contract

log = job.start(snakemake)
inputs, outputs = snakemake.input, snakemake.output

dataset = Path(inputs.manifest).parent / "dataset"
found = check_export(snakemake.wildcards.format, Path(inputs.folder), inputs.rows, dataset)
with job.whole(outputs.contract) as path:
    write_contract(path, hold([found], log))
