"""Write the card of the patches: what they are, what was dropped and why, under which licences, and their limits."""

from dataclasses import replace

from framewright.patches.card import describe_dataset, describe_pictures, list_index_rows
from framewright.report.card import read_store
from framewright.report.publish import write_card
from framewright.sources.fates import list_sources, read_licences
from framewright.study import job
from framewright.study.rows import read_rows

log = job.start(snakemake)
inputs, outputs, settings = snakemake.input, snakemake.output, snakemake.params.settings

outcomes = {"sources": inputs.sources, "patches": inputs.outcomes}
store = read_store(outcomes, read_licences(inputs.summary), settings["chosen"], settings["citation"])
described = describe_dataset(store.funnel["patches"])
described = replace(described, media=describe_pictures(inputs.rows, settings["shown"]))
sources = list_sources(inputs.summary, set(read_rows(inputs.rows, ["video"])["video"].to_pylist()))
write_card(outputs, described, store, list_index_rows(inputs.rows), inputs.pictures, sources=sources)
log.info("the card is written")
