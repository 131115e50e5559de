"""Put what became of each video of the table into one table, and its way through the stages into another."""

from framewright.sources.outcome import read_outcome
from framewright.sources.summary import summarise_videos, summary_page
from framewright.study import job
from framewright.study.declared import read_declared
from framewright.study.funnel import write_outcomes
from framewright.video.probe import read_probe

log = job.start(snakemake)
inputs, outputs = snakemake.input, snakemake.output

sources = zip(map(read_outcome, inputs.sources), map(read_probe, inputs.probes), strict=True)
text, outcomes, counts = summarise_videos(sources, read_declared(inputs.declared))

with job.whole(outputs.table) as path:
    path.write_text(text, encoding="utf-8")
with job.whole(outputs.page) as path:
    path.write_text(summary_page(text), encoding="utf-8")
with job.whole(outputs.outcomes) as path:
    write_outcomes(path, outcomes)
log.info("%s", counts)
