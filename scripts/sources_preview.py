"""Show a demo scene on one sheet: frames with the truth that is known of them."""

from framewright.report.picture import write_png
from framewright.sources.preview import draw_preview
from framewright.study import job
from framewright.truth import read_truth
from framewright.video.probe import read_probe

log = job.start(snakemake)
inputs = snakemake.input

sheet = draw_preview(inputs.video, read_probe(inputs.probe), read_truth(inputs.truth))

with job.whole(snakemake.output.sheet) as path:
    write_png(path, sheet)
log.info("a sheet of %d x %d pixels", sheet.shape[1], sheet.shape[0])
