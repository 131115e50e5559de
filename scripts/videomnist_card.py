"""Write the card of the moving digits: what they are, and the figures that their contract found."""

from framewright.report.card import read_store
from framewright.report.publish import write_card
from framewright.study import job
from framewright.study.contract import read_contract
from framewright.videomnist.card import describe_dataset, list_index_rows

log = job.start(snakemake)
inputs, outputs, settings = snakemake.input, snakemake.output, snakemake.params.settings

described = describe_dataset(settings["digits"], settings["digits_per_video"], read_contract(inputs.contract))
store = read_store({"videomnist": inputs.outcomes}, {}, settings["chosen"], settings["citation"])
write_card(outputs, described, store, list_index_rows([inputs.rows]), inputs.pictures)
log.info("the card is written")
