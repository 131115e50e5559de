"""Link the checked source of a video under its name with .mp4."""

from framewright.study import job
from framewright.tracks.privacy.link import link_file

log = job.start(snakemake)

with job.whole(snakemake.output.video) as target:
    link_file(snakemake.input.video, target)
log.info("%s", snakemake.input.video)
