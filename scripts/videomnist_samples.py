"""Write what there is to look at of the moving digits: videos, comparisons, a montage and figures."""

from pathlib import Path

from framewright.study import job
from framewright.videomnist.preview import write_samples

log = job.start(snakemake)

with job.whole(snakemake.output.samples) as path:
    number = write_samples(path, Path(snakemake.input.dataset), **snakemake.params.samples)
log.info("%d videos to look at", number)
