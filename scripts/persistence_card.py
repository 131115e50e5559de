"""Write the card of the clips: what they are, how many were lost and why, and what they must not be used for."""

from framewright.persistence.arm_folder import STEM
from framewright.persistence.card import describe_dataset, list_rows
from framewright.persistence.store import Clips
from framewright.report.card import read_store
from framewright.report.publish import write_card
from framewright.study import job
from framewright.study.record import read_record

log = job.start(snakemake)
inputs, outputs, settings = snakemake.input, snakemake.output, snakemake.params.settings

store = read_store({"persistence": inputs.outcomes}, {}, settings["chosen"], settings["citation"])
folders = zip(settings["places"].items(), inputs.datasets, strict=True)
arms = {name: (place, Clips(folder, STEM)) for (name, place), folder in folders}
audits = dict(zip(settings["places"], map(read_record, inputs.audits), strict=True))
write_card(outputs, describe_dataset(audits), store, list_rows(arms))
log.info("the card of %d arms", len(arms))
