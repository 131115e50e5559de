"""Draw film strips, moving pictures and statistics of an arm."""

from framewright.persistence.gather import STEM
from framewright.persistence.preview import write_samples
from framewright.persistence.store import Clips
from framewright.study import job

log = job.start(snakemake)
given = snakemake.params

with job.whole(snakemake.output.samples) as folder:
    number = write_samples(folder, Clips(snakemake.input.dataset, STEM), snakemake.wildcards.variant, given.number)
log.info("%d clips", number)
