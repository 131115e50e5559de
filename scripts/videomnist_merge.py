"""Put the shards together as one file of each layout; packed videos are copied as they are."""

from framewright import job
from framewright.videomnist.store import GREY, RGB, Shape, merge

log = job.start(snakemake)
given = snakemake.input
parts = {"train": given.train, "test": given.test}
shape = Shape(snakemake.params.frames, snakemake.params.size)

with job.whole(snakemake.output.documented) as path:
    merge(path, GREY, parts, snakemake.params.attributes, shape)
with job.whole(snakemake.output.videogpt) as path:
    counts = merge(path, RGB, parts, snakemake.params.attributes, shape)
log.info("%s", counts)
