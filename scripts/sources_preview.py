"""Show a demo scene on one sheet: frames with the truth that is known of them."""

from framewright import job
from framewright.picture import overview, write_png
from framewright.truth import read_truth
from framewright.video import open_video

log = job.start(snakemake)

truth = read_truth(snakemake.input.truth)
with open_video(snakemake.input.video) as video:
    sheet = overview((frame.rgb for frame in video.frames()), truth)

with job.whole(snakemake.output.sheet) as path:
    write_png(path, sheet)
log.info("a sheet of %d x %d pixels", sheet.shape[1], sheet.shape[0])
