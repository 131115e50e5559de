"""Collect what is known of a bucket of films: rows of its patches, outcomes, and an account of each film."""

from framewright.patches.bucket import list_accounts, list_bucket_outcomes, list_rows, refuse_other_settings
from framewright.patches.record import read_plan
from framewright.patches.row_columns import COLUMNS
from framewright.study import job
from framewright.study.declared import read_declared
from framewright.study.funnel import write_outcomes
from framewright.study.record import write_lines
from framewright.study.rows import write_rows

log = job.start(snakemake)
inputs, outputs, settings = snakemake.input, snakemake.output, snakemake.params.settings

declared, plans = read_declared([inputs.declared]), list(map(read_plan, inputs.plans))
refuse_other_settings(plans, inputs.parts)
with job.whole(outputs.rows) as path:
    kept = write_rows(path, COLUMNS, list_rows(inputs.parts), declared, settings["definition"])
with job.whole(outputs.accounts) as path:
    write_lines(path, list_accounts(plans))
with job.whole(outputs.outcomes) as path:
    write_outcomes(path, list_bucket_outcomes(plans, inputs.parts, declared))
log.info("%d patches of %d films", kept, len(plans))
