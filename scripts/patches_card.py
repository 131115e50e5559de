"""Write the card of the patches: what they are, what was dropped and why, under which licences, and their limits."""

from framewright.patches.card import DATASET, rows
from framewright.report.card import read_store, write_croissant, write_index
from framewright.report.readme import write_readme
from framewright.study import job

log = job.start(snakemake)
given = snakemake.input

outcomes = {"sources": given.sources, "patches": given.outcomes}
store = read_store(outcomes, given.summary, snakemake.params.settings, given.citation)
with job.whole(snakemake.output.index) as path:
    write_index(path, DATASET, rows(given.manifest))
with job.whole(snakemake.output.readme) as path:
    write_readme(path, DATASET, store, snakemake.output.index)
with job.whole(snakemake.output.page) as path:
    write_readme(path, DATASET, store, snakemake.output.index)
with job.whole(snakemake.output.croissant) as path:
    write_croissant(path, DATASET, store, snakemake.output.index)
log.info("the card is written")
