"""Write the card of the samples: what they are, what was dropped and why, their licences and limits."""

from framewright.flexpatch.card import describe_dataset, list_index_rows
from framewright.report.card import read_store
from framewright.report.publish import write_card
from framewright.sources.fates import list_sources, read_licences
from framewright.study import job
from framewright.study.record import read_record
from framewright.study.rows import read_rows

log = job.start(snakemake)
inputs, outputs, settings = snakemake.input, snakemake.output, snakemake.params.settings

dataset = describe_dataset(read_record(inputs.side), read_record(inputs.training))
outcomes = {"sources": inputs.sources, "flexpatch": inputs.outcomes}
store = read_store(outcomes, read_licences(inputs.summary), settings["chosen"], settings["citation"])
sources = list_sources(inputs.summary, set(read_rows(inputs.rows, ["video"])["video"].to_pylist()))
write_card(outputs, dataset, store, list_index_rows(inputs.rows), inputs.pictures, sources=sources)
log.info("the card is written")
