"""Draw the videos of one shard, measure every frame, and write them packed in both layouts."""

from framewright.study import job
from framewright.videomnist.clip_spec import ClipSpec
from framewright.videomnist.digits import read_digits
from framewright.videomnist.shard import write_shard
from framewright.videomnist.store import write_record_of

log = job.start(snakemake)
inputs, outputs, settings = snakemake.input, snakemake.output, snakemake.params.settings
split, first, videos = snakemake.wildcards.split, settings["first"], settings["videos"]

digits = read_digits(inputs.digits)[split]
with job.whole(outputs.shard) as path:
    spec, numbers = ClipSpec(**settings["clip"]), range(first, first + videos)
    seed, definition = settings["seed"], settings["definition"]
    write_shard(path, digits, spec, seed, split, numbers, definition=definition, progress=job.start_progress())
with job.whole(outputs.record) as path:
    write_record_of(path, outputs.shard)
log.info("%d videos of %s from number %d on", videos, split, first)
