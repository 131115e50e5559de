"""Say for the funnel what became of each video and of each segment."""

from framewright import job
from framewright.funnel import write_outcomes
from framewright.tracks.outcomes import outcomes
from framewright.tracks.privacy_contract import privacy_items
from framewright.tracks.record import read_record

log = job.start(snakemake)
given = snakemake.input

private = privacy_items(map(read_record, given.privacy), map(read_record, given.audits))
with job.whole(snakemake.output.outcomes) as path:
    write_outcomes(path, [*private, *outcomes(map(read_record, given.records))])
log.info("%d videos", len(snakemake.input.records))
