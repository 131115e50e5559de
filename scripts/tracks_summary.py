"""Say for the funnel what became of each video and of each segment."""

from framewright import job
from framewright.funnel import write_outcomes
from framewright.tracks.outcomes import outcomes
from framewright.tracks.record import read_record

log = job.start(snakemake)

with job.whole(snakemake.output.outcomes) as path:
    write_outcomes(path, outcomes(map(read_record, snakemake.input.records)))
log.info("%d videos", len(snakemake.input.records))
