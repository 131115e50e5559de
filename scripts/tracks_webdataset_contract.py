"""Check that the shards hold the clips that are served, and nothing else; a broken promise fails the build."""

from pathlib import Path

from framewright.exports.promise import judge_export
from framewright.exports.shards import find_faults
from framewright.study import job
from framewright.study.contract import hold, write_contract
from framewright.tracks.exports.clips import count_clips, list_wanted
from framewright.tracks.split_table import read_splits

log = job.start(snakemake)
inputs, outputs = snakemake.input, snakemake.output

folder, wanted = Path(inputs.folder), list_wanted(inputs.rows, read_splits(inputs.splits))
finding = judge_export("webdataset", find_faults(folder, wanted), count_clips(wanted, folder))
with job.whole(outputs.contract) as path:
    write_contract(path, hold([finding], log))
