"""Write sampled frames and the objects in them in the layout of COCO."""

from framewright.exports.coco import write_coco
from framewright.study import job
from framewright.tracks.exports.pictures import list_classes, list_pictures
from framewright.tracks.split_table import read_splits

log = job.start(snakemake)
inputs, outputs = snakemake.input, snakemake.output

pictures = list_pictures(inputs.frames, read_splits(inputs.splits))
with job.whole(outputs.folder) as folder:
    write_coco(folder, pictures, list_classes(inputs.frames))
log.info("%d pictures are written", len(pictures))
