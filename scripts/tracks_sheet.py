"""Show the tracks of a video on two sheets: in its frames, and as clips."""

from framewright.report.picture import write_png
from framewright.study import job
from framewright.tracks.preview import draw_sheets

log = job.start(snakemake)
inputs, outputs = snakemake.input, snakemake.output

sheets = draw_sheets(inputs.video, inputs.meta, inputs.record, inputs.clips)
with job.whole(outputs.sheets) as folder:
    folder.mkdir()
    for name, picture in sheets.items():
        write_png(folder / f"{name}.png", picture)
log.info("sheets: %s", ", ".join(sheets) or "none, since there is nothing to show")
