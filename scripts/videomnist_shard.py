"""Draw the videos of one shard, measure every frame, and write them packed in both layouts."""

from framewright.study import job
from framewright.videomnist.clip_spec import ClipSpec
from framewright.videomnist.digits import read_digits
from framewright.videomnist.shard import write_shard

log = job.start(snakemake)
inputs, outputs, settings = snakemake.input, snakemake.output, snakemake.params.settings
split, first, videos = snakemake.wildcards.split, settings["first"], settings["videos"]

digits = read_digits(inputs.digits)[split]
with job.whole(outputs.shard) as path:
    write_shard(path, digits, ClipSpec(**settings["clip"]), settings["seed"], split, range(first, first + videos))
log.info("%d videos of %s from number %d on", videos, split, first)
