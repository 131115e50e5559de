"""Show frames of a video before and after its faces were covered."""

from framewright.report.picture import write_png
from framewright.study import job
from framewright.tracks.privacy.deface import read_faces
from framewright.tracks.privacy.preview import draw_before_after

log = job.start(snakemake)
given = snakemake.input

with job.whole(snakemake.output.sheet) as path:
    write_png(path, draw_before_after(given.source, given.video, read_faces(given.found)))
log.info("%s", snakemake.output.sheet)
