"""Show frames of a video before and after its faces were covered."""

from framewright.report.picture import write_png
from framewright.study import job
from framewright.tracks.privacy.deface import read_faces
from framewright.tracks.privacy.preview import draw_before_after

log = job.start(snakemake)
inputs, outputs = snakemake.input, snakemake.output

with job.whole(outputs.sheet) as path:
    write_png(path, draw_before_after(inputs.source, inputs.video, read_faces(inputs.found)))
log.info("%s", outputs.sheet)
