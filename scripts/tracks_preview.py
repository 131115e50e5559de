"""Show frames of a video before and after its faces were covered."""

from framewright.report.picture import write_sheets
from framewright.study import job
from framewright.tracks.privacy.deface import read_faces
from framewright.tracks.privacy.preview import draw_before_after

log = job.start(snakemake)
inputs, outputs = snakemake.input, snakemake.output

sheet = draw_before_after(inputs.source, inputs.video, read_faces(inputs.found))
with job.whole(outputs.sheets) as folder:
    write_sheets(folder, {"before and after": sheet})
log.info("nothing is covered, so there is no sheet" if sheet is None else "a sheet of frames")
