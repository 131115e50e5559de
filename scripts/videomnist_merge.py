"""Put parts together as one file of each layout; packed videos are copied as they are."""

from framewright.study import job
from framewright.videomnist.store import GREY, RGB, Shape, merge

log = job.start(snakemake)
inputs, outputs, settings = snakemake.input, snakemake.output, snakemake.params.settings
parts = {"train": inputs.train, "test": inputs.test}
shape = Shape(settings["frames"], settings["size"])

with job.whole(outputs.documented) as path:
    merge(path, GREY, parts, settings["attributes"], shape, settings["definition"])
with job.whole(outputs.videogpt) as path:
    counts = merge(path, RGB, parts, settings["attributes"], shape, settings["definition"])
log.info("%s", counts)
