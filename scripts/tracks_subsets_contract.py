"""Check what the subsets promise; a broken promise fails the build."""

from pathlib import Path

from framewright.study import job
from framewright.study.contract import hold, write_contract
from framewright.tracks.curation.contract import check_subsets, read_subset_files
from framewright.tracks.curation.evaluation import evaluation_videos, read_evaluation_videos
from framewright.tracks.curation.options import read_subset
from framewright.tracks.curation.study import read_left_out, read_pairs
from framewright.tracks.split_table import read_splits

log = job.start(snakemake)
inputs, outputs, settings = snakemake.input, snakemake.output, snakemake.params.settings

subsets = [read_subset(item, settings["seed"]) for item in settings["subsets"]]
made = [read_subset_files(*files) for files in zip(subsets, inputs.rows, inputs.fills, strict=True)]
splits = read_splits(inputs.splits)
lines = [line for path in inputs.evaluation for line in read_evaluation_videos(path)]
findings = check_subsets(
    made,
    Path(inputs.folder),
    settings["dataset"],
    read_left_out(inputs.left_out),
    evaluation_videos(lines, set(splits)),
    read_pairs(inputs.pairs),
    splits,
)
with job.whole(outputs.contract) as path:
    write_contract(path, hold(findings, log))
