"""Write what there is to look at of the moving digits: videos, comparisons, a montage and figures."""

from pathlib import Path

from framewright.study import job
from framewright.videomnist.preview import write_samples

log = job.start(snakemake)
inputs, outputs, settings = snakemake.input, snakemake.output, snakemake.params.settings

with job.whole(outputs.samples) as path:
    number = write_samples(path, Path(inputs.dataset), **settings)
log.info("%d videos to look at", number)
