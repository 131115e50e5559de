"""Write the card of the tracks: what they are, what was dropped and why, under which licences, and their limits."""

from framewright import job
from framewright.card import read_store, write_croissant, write_index
from framewright.readme import write_readme
from framewright.tracks.card import dataset, rows
from framewright.tracks.record import read_record

log = job.start(snakemake)
given = snakemake.input

known = dataset(snakemake.params.settings["tracks"])
outcomes = {"sources": given.sources, "tracks": given.outcomes}
store = read_store(outcomes, given.summary, snakemake.params.settings, given.citation)
with job.whole(snakemake.output.index) as path:
    write_index(path, known, rows(map(read_record, given.records)))
with job.whole(snakemake.output.readme) as path:
    write_readme(path, known, store, snakemake.output.index)
with job.whole(snakemake.output.page) as path:
    write_readme(path, known, store, snakemake.output.index)
with job.whole(snakemake.output.croissant) as path:
    write_croissant(path, known, store, snakemake.output.index)
log.info("the card is written")
