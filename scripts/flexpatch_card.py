"""Write the card of the samples: what they are, what was dropped and why, under which licences, and their limits."""

from framewright.flexpatch.card import dataset, rows
from framewright.report.card import read_store, write_croissant, write_index
from framewright.report.readme import write_readme
from framewright.study import job
from framewright.study.record import read_record

log = job.start(snakemake)
given, result = snakemake.input, snakemake.output

own = dataset(read_record(given.side), read_record(given.training))
outcomes = {"sources": given.sources, "flexpatch": given.outcomes}
store = read_store(outcomes, given.summary, snakemake.params.settings, given.citation)
with job.whole(result.index) as path:
    write_index(path, own, rows(given.data))
with job.whole(result.readme) as path:
    write_readme(path, own, store, result.index)
with job.whole(result.page) as path:
    write_readme(path, own, store, result.index)
with job.whole(result.croissant) as path:
    write_croissant(path, own, store, result.index)
log.info("the card is written")
