"""Write the card of the moving digits: what they are, and the figures that their contract found."""

from framewright.report.card import read_store, write_croissant, write_index
from framewright.report.readme import write_readme
from framewright.study import job
from framewright.study.contract import read_contract
from framewright.videomnist.card import dataset
from framewright.videomnist.contract import read_made, rows

log = job.start(snakemake)
inputs, outputs, settings = snakemake.input, snakemake.output, snakemake.params.settings

described = dataset(settings["digits"], settings["digits_per_video"], read_contract(inputs.contract))
made = {"train": read_made(inputs.train), "test": read_made(inputs.test)}
store = read_store({"videomnist": inputs.outcomes}, None, settings["configuration"], inputs.citation)
with job.whole(outputs.index) as path:
    write_index(path, described, rows(made, settings["motion_types"]))
with job.whole(outputs.readme) as path:
    write_readme(path, described, store, outputs.index)
with job.whole(outputs.page) as path:
    write_readme(path, described, store, outputs.index)
with job.whole(outputs.croissant) as path:
    write_croissant(path, described, store, outputs.index)
log.info("the card of %s", {split: len(part.measures.margin) for split, part in made.items()})
