"""Draw film strips, moving pictures and statistics of an arm."""

from framewright.persistence.arm_folder import STEM
from framewright.persistence.preview import write_samples
from framewright.persistence.store import Clips
from framewright.study import job

log = job.start(snakemake)
inputs, outputs, settings = snakemake.input, snakemake.output, snakemake.params.settings

with job.whole(outputs.samples) as folder:
    number = write_samples(folder, Clips(inputs.dataset, STEM), snakemake.wildcards.variant, settings["previews"])
log.info("%d clips", number)
