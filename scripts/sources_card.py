"""Write the card of the sources: what they are, how many were lost and why, and under which licences they are."""

from framewright.report.card import read_store
from framewright.report.publish import write_card
from framewright.sources.card import DATASET, list_rows
from framewright.sources.fates import read_licences, read_summary
from framewright.study import job
from framewright.study.declared import read_declared
from framewright.study.funnel import read_outcomes

log = job.start(snakemake)
inputs, outputs, settings = snakemake.input, snakemake.output, snakemake.params.settings

summary = read_summary(inputs.summary)
reasons = {item.video: item.reason for item in read_outcomes(inputs.outcomes) if item.reason}
outcomes = {"sources": inputs.outcomes}
store = read_store(outcomes, read_licences(inputs.summary), settings["chosen"], settings["citation"])
write_card(
    outputs,
    DATASET,
    store,
    list_rows(summary, reasons, {video: row.split or None for video, row in read_declared(inputs.declared).items()}),
)
log.info("the card of %d videos", len(summary))
