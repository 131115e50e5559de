"""Say for the funnel what became of each film, of each place that was tried, and of each patch that was wanted."""

from framewright.patches.outcomes import STAGES
from framewright.study import job
from framewright.study.funnel import merge_outcomes, write_outcomes

log = job.start(snakemake)

with job.whole(snakemake.output.outcomes) as path:
    write_outcomes(path, merge_outcomes(snakemake.input.outcomes, STAGES))
log.info("%d buckets", len(snakemake.input.outcomes))
