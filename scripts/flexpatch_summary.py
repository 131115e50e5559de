"""Say for the funnel what became of each video, and of each object that was followed."""

from framewright import job
from framewright.flexpatch.gather import read_json
from framewright.flexpatch.outcomes import outcomes
from framewright.funnel import write_outcomes

log = job.start(snakemake)

with job.whole(snakemake.output.outcomes) as path:
    write_outcomes(path, outcomes(map(read_json, snakemake.input.truths), map(read_json, snakemake.input.records)))
log.info("%d videos", len(snakemake.input.truths))
