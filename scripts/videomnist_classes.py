"""Write the videos of a split into one folder for each digit."""

from pathlib import Path

from framewright.study import job
from framewright.videomnist.class_videos import write_classes

log = job.start(snakemake)
inputs, outputs, settings = snakemake.input, snakemake.output, snakemake.params.settings

with job.whole(outputs.classes) as path:
    number = write_classes(path, Path(inputs.dataset), snakemake.wildcards.split, settings["fps"])
log.info("%d videos", number)
