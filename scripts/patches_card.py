"""Write the card of the patches: what they are, what was dropped and why, under which licences, and their limits."""

from pathlib import Path

from framewright.patches.card import describe_dataset, list_examples, list_index_rows
from framewright.report.card import read_store
from framewright.report.publish import write_card
from framewright.sources.fates import read_licences
from framewright.study import job

log = job.start(snakemake)
inputs, outputs, settings = snakemake.input, snakemake.output, snakemake.params.settings

outcomes = {"sources": inputs.sources, "patches": inputs.outcomes}
store = read_store(outcomes, read_licences(inputs.summary), settings["chosen"], settings["citation"])
examples = list_examples(inputs.rows, Path(inputs.manifest).parent / "dataset", settings["shown"])
write_card(outputs, describe_dataset(store.funnel["patches"]), store, list_index_rows(inputs.rows), examples=examples)
log.info("the card is written")
