"""Check that the COCO export holds the sampled frames and their objects; a broken promise fails the build."""

from pathlib import Path

from framewright.exports.coco import find_coco_faults
from framewright.exports.promise import judge_export
from framewright.study import job
from framewright.study.contract import hold, write_contract
from framewright.tracks.exports.pictures import count_pictures, list_classes, list_pictures
from framewright.tracks.split_table import read_splits

log = job.start(snakemake)
inputs, outputs = snakemake.input, snakemake.output

pictures = list_pictures(inputs.frames, read_splits(inputs.splits))
faults = find_coco_faults(Path(inputs.folder), pictures, list_classes(inputs.frames))
finding = judge_export("coco", faults, count_pictures(pictures))
with job.whole(outputs.contract) as path:
    write_contract(path, hold([finding], log))
