"""Write the card of the patches: what they are, what was dropped and why, under which licences, and their limits."""

from framewright.patches.card import DATASET, read_rows
from framewright.report.card import read_store, write_croissant, write_index
from framewright.report.readme import write_readme
from framewright.study import job

log = job.start(snakemake)
inputs, outputs, settings = snakemake.input, snakemake.output, snakemake.params.settings

outcomes = {"sources": inputs.sources, "patches": inputs.outcomes}
store = read_store(outcomes, inputs.summary, settings, inputs.citation)
with job.whole(outputs.index) as path:
    write_index(path, DATASET, read_rows(inputs.manifest))
with job.whole(outputs.readme) as path:
    write_readme(path, DATASET, store, outputs.index)
with job.whole(outputs.page) as path:
    write_readme(path, DATASET, store, outputs.index)
with job.whole(outputs.croissant) as path:
    write_croissant(path, DATASET, store, outputs.index)
log.info("the card is written")
