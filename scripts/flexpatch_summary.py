"""List for the funnel what became of each video, and of each track."""

from framewright.flexpatch.outcomes import list_outcomes
from framewright.study import job
from framewright.study.funnel import write_outcomes
from framewright.study.record import read_record

log = job.start(snakemake)
inputs = snakemake.input

with job.whole(snakemake.output.outcomes) as path:
    write_outcomes(path, list_outcomes(map(read_record, inputs.truths), map(read_record, inputs.records)))
log.info("%d videos", len(inputs.truths))
