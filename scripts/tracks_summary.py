"""Say for the funnel what became of each video, of each segment and of each object that was followed."""

from itertools import chain

from framewright import job
from framewright.funnel import write_outcomes
from framewright.tracks import parsed
from framewright.tracks.outcomes import outcomes
from framewright.tracks.record import read_record

log = job.start(snakemake)

found = list(map(read_record, snakemake.input.parsed))
with job.whole(snakemake.output.outcomes) as path:
    write_outcomes(path, chain(outcomes(map(read_record, snakemake.input.records)), parsed.outcomes(found)))
log.info("%d videos. %s", len(snakemake.input.records), parsed.found_nothing(found))
