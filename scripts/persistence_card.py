"""Write the card of the clips: what they are, how many were lost and why, and what they must not be used for."""

from framewright.persistence.card import DATASET, list_index_rows
from framewright.report.card import read_store
from framewright.report.publish import write_card
from framewright.study import job

log = job.start(snakemake)
inputs, outputs, settings = snakemake.input, snakemake.output, snakemake.params.settings

store = read_store({"persistence": inputs.outcomes}, {}, settings["chosen"], settings["citation"])
write_card(outputs, DATASET, store, list_index_rows(inputs.rows))
log.info("the card is written")
