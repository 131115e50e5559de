"""Show a demo scene on one sheet: frames with the truth that is known of them."""

from framewright.report.picture import write_sheets
from framewright.sources.preview import draw_preview
from framewright.study import job
from framewright.truth import read_truth
from framewright.video.probe import read_probe

log = job.start(snakemake)
inputs = snakemake.input

sheet = draw_preview(inputs.video, read_probe(inputs.probe), read_truth(inputs.truth))

with job.whole(snakemake.output.sheets) as folder:
    write_sheets(folder, {"frames": sheet})
log.info("no sheet, for the video can't be used" if sheet is None else "a sheet of frames")
