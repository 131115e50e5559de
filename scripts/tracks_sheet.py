"""Show the tracks of a video on two sheets: in its frames, and as clips."""

from framewright.report.picture import write_sheets
from framewright.study import job
from framewright.tracks.preview import draw_sheets

log = job.start(snakemake)
inputs, outputs = snakemake.input, snakemake.output

sheets = draw_sheets(inputs.video, inputs.meta, inputs.record, inputs.clips)
with job.whole(outputs.sheets) as folder:
    write_sheets(folder, sheets)
log.info("sheets: %s", ", ".join(sheets) or "none, since there is nothing to show")
