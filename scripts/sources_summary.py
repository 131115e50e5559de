"""Put what became of each video of the table into one table, and its way through the stages into another."""

from framewright.sources.summary import STAGES, join_summaries, summary_page
from framewright.study import job
from framewright.study.funnel import merge_outcomes, write_outcomes

log = job.start(snakemake)
inputs, outputs = snakemake.input, snakemake.output

text = join_summaries(inputs.tables)
with job.whole(outputs.table) as path:
    path.write_text(text, encoding="utf-8")
with job.whole(outputs.page) as path:
    path.write_text(summary_page(text), encoding="utf-8")
with job.whole(outputs.outcomes) as path:
    write_outcomes(path, merge_outcomes(inputs.outcomes, STAGES))
log.info("%d videos", text.count("\n") - 1)
