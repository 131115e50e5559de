"""Write the card of the clips: what they are, how many were lost and why, and what they must not be used for."""

from framewright.persistence.card import DATASET, rows
from framewright.persistence.gather import STEM
from framewright.persistence.store import Clips
from framewright.report.card import read_store, write_croissant, write_index
from framewright.report.readme import write_readme
from framewright.study import job

log = job.start(snakemake)
given, output = snakemake.params, snakemake.output

store = read_store({"persistence": snakemake.input.outcomes}, None, given.settings, snakemake.input.citation)
named = zip(given.places.items(), snakemake.input.datasets, strict=True)
arms = {name: (place, Clips(folder, STEM)) for (name, place), folder in named}
with job.whole(output.index) as path:
    write_index(path, DATASET, rows(arms))
with job.whole(output.readme) as path:
    write_readme(path, DATASET, store, output.index)
with job.whole(output.page) as path:
    write_readme(path, DATASET, store, output.index)
with job.whole(output.croissant) as path:
    write_croissant(path, DATASET, store, output.index)
log.info("the card of %d arms", len(arms))
