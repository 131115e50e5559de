"""Write the card of the clips: what they are, how many were lost and why, and what they must not be used for."""

from framewright.persistence.card import describe_dataset, list_index_rows
from framewright.report.card import read_store
from framewright.report.publish import write_card
from framewright.study import job
from framewright.study.record import read_record

log = job.start(snakemake)
inputs, outputs, settings = snakemake.input, snakemake.output, snakemake.params.settings

store = read_store({"persistence": inputs.outcomes}, {}, settings["chosen"], settings["citation"])
audits = dict(zip(settings["arms"], map(read_record, inputs.audits), strict=True))
write_card(outputs, describe_dataset(audits), store, list_index_rows([inputs.rows]), inputs.pictures)
log.info("the card is written")
