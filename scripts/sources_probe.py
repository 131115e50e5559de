"""Say what a video really is, or why it can't be used; a dead source is not even opened."""

from framewright.sources.describe import Part, describe
from framewright.sources.outcome import read_outcome
from framewright.study import job
from framewright.study.record import write_record

log = job.start(snakemake)
inputs, settings = snakemake.input, snakemake.params.settings

part = Part(**settings["row"])
record = describe(inputs.video, read_outcome(inputs.outcome), part, **settings["limits"], progress=job.start_progress())

with job.whole(snakemake.output.probe) as path:
    write_record(path, record)
log.info("%s: %s", record["status"], record["reason"] or "usable")
