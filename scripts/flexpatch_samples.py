"""Follow the objects of a video, and write a row for each track in each frame: its features, and how well it lies."""

from framewright.flexpatch.samples.collect import sampled
from framewright.flexpatch.samples.columns import Sampling, write_samples
from framewright.flexpatch.samples.observations import read_known
from framewright.study import job
from framewright.study.record import read_record, write_record

log = job.start(snakemake)
given, row = snakemake.input, snakemake.params

found, record = sampled(
    given.video,
    snakemake.wildcards.video,
    read_known(given.known),
    read_record(given.probe)["use"],
    Sampling(**row.sampling),
    row.features,
)
with job.whole(snakemake.output.samples) as path:
    write_samples(path, found)
with job.whole(snakemake.output.record) as path:
    write_record(path, record)
log.info("%d samples: %s", record["samples"], record["labels"])
