"""Check that the shards hold the patches that are served, and nothing else; a broken promise fails the build."""

from pathlib import Path

from framewright.exports.promise import judge_export
from framewright.exports.shards import digest_samples, find_faults
from framewright.patches.exports.pairs import count_patches, list_samples
from framewright.study import job
from framewright.study.contract import hold, write_contract

log = job.start(snakemake)
inputs, outputs = snakemake.input, snakemake.output

folder = Path(inputs.folder)
wanted = digest_samples(list_samples(inputs.rows, Path(inputs.manifest).parent / "dataset"))
finding = judge_export("webdataset", find_faults(folder, wanted), count_patches(wanted, folder))
with job.whole(outputs.contract) as path:
    write_contract(path, hold([finding], log))
