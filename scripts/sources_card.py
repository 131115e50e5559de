"""Write the card of the sources: what they are, how many were lost and why, and under which licences they are."""

from framewright.report.card import read_store, write_croissant, write_index
from framewright.report.readme import write_readme
from framewright.sources.card import DATASET, rows
from framewright.sources.summary import read_summary
from framewright.study import job
from framewright.study.funnel import read_outcomes

log = job.start(snakemake)

summary = read_summary(snakemake.input.summary)
reasons = {item.video: item.reason for item in read_outcomes(snakemake.input.outcomes) if item.reason}
outcomes, given = {"sources": snakemake.input.outcomes}, snakemake.params.settings
store = read_store(outcomes, snakemake.input.summary, given, snakemake.input.citation)
with job.whole(snakemake.output.index) as path:
    write_index(path, DATASET, rows(summary, reasons, snakemake.params.splits))
with job.whole(snakemake.output.readme) as path:
    write_readme(path, DATASET, store, snakemake.output.index)
with job.whole(snakemake.output.page) as path:
    write_readme(path, DATASET, store, snakemake.output.index)
with job.whole(snakemake.output.croissant) as path:
    write_croissant(path, DATASET, store, snakemake.output.index)
log.info("the card of %d videos", len(summary))
