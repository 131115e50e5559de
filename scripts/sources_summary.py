"""Put what became of each video of the table into one table."""

import json
from pathlib import Path

from framewright import job
from framewright.sources.outcome import read_outcome
from framewright.sources.summary import summary

log = job.start(snakemake)

outcomes = map(read_outcome, snakemake.input.outcomes)
probes = (json.loads(Path(path).read_text(encoding="utf-8")) for path in snakemake.input.probes)
text, counts = summary(zip(outcomes, probes, strict=True))

with job.whole(snakemake.output.table) as path:
    path.write_text(text, encoding="utf-8")
log.info("%s", counts)
