"""Write the card of the samples: what they are, what was dropped and why, their licences and limits."""

from framewright.flexpatch.card import describe_dataset, read_index_rows
from framewright.report.card import read_store, write_croissant, write_index
from framewright.report.readme import write_readme
from framewright.study import job
from framewright.study.record import read_record

log = job.start(snakemake)
inputs, outputs, settings = snakemake.input, snakemake.output, snakemake.params.settings

dataset = describe_dataset(read_record(inputs.side), read_record(inputs.training))
outcomes = {"sources": inputs.sources, "flexpatch": inputs.outcomes}
store = read_store(outcomes, inputs.summary, settings["configuration"], inputs.citation)
with job.whole(outputs.index) as path:
    write_index(path, dataset, read_index_rows(inputs.data))
with job.whole(outputs.readme) as path:
    write_readme(path, dataset, store, outputs.index)
with job.whole(outputs.page) as path:
    write_readme(path, dataset, store, outputs.index)
with job.whole(outputs.croissant) as path:
    write_croissant(path, dataset, store, outputs.index)
log.info("the card is written")
