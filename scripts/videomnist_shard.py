"""Draw the videos of one shard, measure every frame, and write them packed in both layouts."""

from framewright.study import job
from framewright.videomnist.digits import read_digits
from framewright.videomnist.render import Look
from framewright.videomnist.shard import write_shard

log = job.start(snakemake)
given, split = snakemake.params, snakemake.wildcards.split

digits = read_digits(snakemake.input.digits)[split]
with job.whole(snakemake.output.shard) as path:
    write_shard(path, digits, Look(**given.look), given.seed, split, range(given.first, given.first + given.videos))
log.info("%d videos of %s from number %d on", given.videos, split, given.first)
