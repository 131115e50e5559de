"""Link the checked source of a video under its name with .mp4."""

from framewright.study import job
from framewright.tracks.privacy.link import link_file

log = job.start(snakemake)
inputs, outputs = snakemake.input, snakemake.output

with job.whole(outputs.video) as target:
    link_file(inputs.video, target)
log.info("%s", inputs.video)
