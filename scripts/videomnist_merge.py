"""Put parts together as one file of each layout; packed videos are copied as they are."""

from framewright.study import job
from framewright.videomnist.store import GREY, RGB, Shape, merge

log = job.start(snakemake)
given = snakemake.params
parts = {"train": snakemake.input.train, "test": snakemake.input.test}
shape = Shape(given.frames, given.size)

with job.whole(snakemake.output.documented) as path:
    merge(path, GREY, parts, given.attributes, shape)
with job.whole(snakemake.output.videogpt) as path:
    counts = merge(path, RGB, parts, given.attributes, shape)
log.info("%s", counts)
