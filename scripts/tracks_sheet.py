"""Show the tracks of a video on two sheets: in its frames, and as clips."""

from framewright.report.picture import write_png
from framewright.study import job
from framewright.tracks.preview import draw_sheets

log = job.start(snakemake)
inputs, outputs = snakemake.input, snakemake.output

frames, clips = draw_sheets(inputs.video, inputs.meta, inputs.record, inputs.clips)
with job.whole(outputs.frames) as path:
    write_png(path, frames)
with job.whole(outputs.clips) as path:
    write_png(path, clips)
log.info("two sheets of %d and %d lines", len(frames), len(clips))
