"""Say for the funnel what became of each video, and of each object that was followed."""

from framewright.flexpatch.outcomes import outcomes
from framewright.study import job
from framewright.study.funnel import write_outcomes
from framewright.study.record import read_record

log = job.start(snakemake)

with job.whole(snakemake.output.outcomes) as path:
    write_outcomes(path, outcomes(map(read_record, snakemake.input.truths), map(read_record, snakemake.input.records)))
log.info("%d videos", len(snakemake.input.truths))
