"""Write the videos of a split into one folder for each digit."""

from pathlib import Path

from framewright.study import job
from framewright.videomnist.films import write_classes

log = job.start(snakemake)

with job.whole(snakemake.output.classes) as path:
    number = write_classes(path, Path(snakemake.input.dataset), snakemake.wildcards.split, snakemake.params.fps)
log.info("%d videos", number)
