"""Say of each frame of a video what a detector finds, and where each object really is."""

from framewright.flexpatch.samples.observations import write_known
from framewright.flexpatch.samples.truth import detector_of, looked_at
from framewright.study import job
from framewright.study.record import read_record, write_record

log = job.start(snakemake)
given, settings = snakemake.input, snakemake.params.settings

known, record = looked_at(
    given.video,
    read_record(given.probe),
    given.truth,
    settings["truth"],
    detector_of(settings["detector"], given.weights),
    settings,
)
with job.whole(snakemake.output.known) as path:
    write_known(path, known)
with job.whole(snakemake.output.record) as path:
    write_record(path, record)
log.info("truth: %s; %s", record["truth"] or record["reason"], record["agreement"] or "nothing to compare with")
