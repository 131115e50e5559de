"""Check that the BasicSR export holds the patches that are served; a broken promise fails the build."""

from pathlib import Path

from framewright.exports.promise import judge_export
from framewright.patches.exports.basicsr import find_faults, list_pairs
from framewright.study import job
from framewright.study.contract import hold, write_contract

log = job.start(snakemake)
inputs, outputs = snakemake.input, snakemake.output

pairs = list_pairs(inputs.rows)
faults = find_faults(Path(inputs.folder), Path(inputs.manifest).parent / "dataset", pairs)
finding = judge_export("basicsr", faults, f"{len(pairs):,} pairs and scenes")
with job.whole(outputs.contract) as path:
    write_contract(path, hold([finding], log))
