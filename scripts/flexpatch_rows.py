"""Collect what is known of a bucket of videos: rows of its samples, outcomes, and an account of each video."""

from framewright.flexpatch.outcomes import list_outcomes
from framewright.flexpatch.rows import ROW_COLUMNS, list_accounts, list_rows
from framewright.flexpatch.samples.gather import refuse_other_settings
from framewright.study import job
from framewright.study.declared import read_declared
from framewright.study.funnel import write_outcomes
from framewright.study.record import read_record, write_lines
from framewright.study.rows import write_rows

log = job.start(snakemake)
inputs, outputs, settings = snakemake.input, snakemake.output, snakemake.params.settings

declared = read_declared([inputs.declared])
records, truths = list(map(read_record, inputs.records)), list(map(read_record, inputs.truths))
refuse_other_settings(records, truths)
with job.whole(outputs.rows) as path:
    kept = write_rows(path, ROW_COLUMNS, list_rows(inputs.samples), declared, settings["definition"])
with job.whole(outputs.accounts) as path:
    write_lines(path, list_accounts(records, truths, declared))
with job.whole(outputs.outcomes) as path:
    write_outcomes(path, list_outcomes(truths, records, declared))
log.info("%d samples of %d videos", kept, len(records))
