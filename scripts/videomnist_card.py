"""Write the card of the moving digits: what they are, and the figures that their contract found."""

from framewright.report.card import read_store, write_croissant, write_index
from framewright.report.readme import write_readme
from framewright.study import job
from framewright.study.contract import read_contract
from framewright.videomnist.card import dataset
from framewright.videomnist.contract import read_made, rows

log = job.start(snakemake)
given, result, look = snakemake.input, snakemake.output, snakemake.params.look

own = dataset(snakemake.params.digits, look["digits"], read_contract(given.contract))
made = {"train": read_made(given.train), "test": read_made(given.test)}
store = read_store({"videomnist": given.outcomes}, None, snakemake.params.settings, given.citation)
with job.whole(result.index) as path:
    write_index(path, own, rows(made, look["motions"]))
with job.whole(result.readme) as path:
    write_readme(path, own, store, result.index)
with job.whole(result.page) as path:
    write_readme(path, own, store, result.index)
with job.whole(result.croissant) as path:
    write_croissant(path, own, store, result.index)
log.info("the card of %s", {split: len(part.measures.margin) for split, part in made.items()})
