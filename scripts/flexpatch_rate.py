"""Rate FlexPatch, and what is done without it, on sequences of a video."""

from framewright.flexpatch.evaluation.evaluate import plan_of, rated
from framewright.flexpatch.samples.observations import read_known
from framewright.flexpatch.samples.truth import detector_of
from framewright.study import job
from framewright.study.record import read_record, write_record

log = job.start(snakemake)
given, settings = snakemake.input, snakemake.params

record, seconds = rated(
    given.video,
    snakemake.wildcards.video,
    read_record(given.probe),
    read_known(given.known),
    detector_of(settings.detector, given.weights),
    plan_of(settings.evaluate, settings.runtime),
    given.model,
)
with job.whole(snakemake.output.costs) as path:
    write_record(path, seconds)
with job.whole(snakemake.output.record) as path:
    write_record(path, record)
log.info("%d sequences", len(record["sequences"]))
