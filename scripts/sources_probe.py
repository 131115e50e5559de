"""Say what a video really is, or why it can't be used; a dead source is not even opened."""

import json

from framewright.sources.describe import describe
from framewright.sources.outcome import read_outcome
from framewright.study import job

log = job.start(snakemake)
row = snakemake.params

record = describe(
    snakemake.input.video,
    read_outcome(snakemake.input.outcome),
    start=row.start,
    end=row.end,
    colour=row.colour,
    sha256=row.sha256,
    licence=row.licence,
    **row.limits,
)

with job.whole(snakemake.output.probe) as path:
    path.write_text(json.dumps(record, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
log.info("%s: %s", record["status"], record["reason"] or "usable")
