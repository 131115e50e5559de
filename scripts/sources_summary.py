"""Put what became of each video of the table into one table, and its way through the stages into another."""

import json
from pathlib import Path

from framewright.sources.outcome import read_outcome
from framewright.sources.summary import summary, summary_page
from framewright.study import job
from framewright.study.funnel import write_outcomes

log = job.start(snakemake)

sources = map(read_outcome, snakemake.input.sources)
probes = (json.loads(Path(path).read_text(encoding="utf-8")) for path in snakemake.input.probes)
text, outcomes, counts = summary(zip(sources, probes, strict=True))

with job.whole(snakemake.output.table) as path:
    path.write_text(text, encoding="utf-8")
with job.whole(snakemake.output.page) as path:
    path.write_text(summary_page(text), encoding="utf-8")
with job.whole(snakemake.output.outcomes) as path:
    write_outcomes(path, outcomes)
log.info("%s", counts)
