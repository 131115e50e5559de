"""Write the spheres of an arm one by one into a table."""

from framewright.persistence.arm_folder import STEM
from framewright.persistence.objects import write_objects
from framewright.persistence.store import Clips
from framewright.study import job

log = job.start(snakemake)
inputs, outputs = snakemake.input, snakemake.output

with job.whole(outputs.objects) as path:
    number = write_objects(path, Clips(inputs.dataset, STEM))
log.info("%d spheres", number)
