"""Check what the sources promise to every pipeline; a broken promise fails the build."""

import csv
import json
from pathlib import Path

from framewright import job
from framewright.contract import hold, write_contract
from framewright.sources.contract import Source, contract
from framewright.sources.outcome import read_outcome
from framewright.truth import read_truth

log = job.start(snakemake)
given = snakemake.input

probes = [json.loads(Path(path).read_text(encoding="utf-8")) for path in given.probes]
truths = dict(zip(snakemake.params.known, map(read_truth, given.truths), strict=True))
sources = {
    video: Source(Path(file), read_outcome(outcome), probe, truths.get(video))
    for video, file, outcome, probe in zip(snakemake.params.videos, given.files, given.outcomes, probes, strict=True)
}
with Path(given.summary).open(encoding="utf-8", newline="") as file:
    statuses = {row["video"]: row["status"] for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)}

findings = hold(contract(sources, statuses), log)
with job.whole(snakemake.output.contract) as path:
    write_contract(path, findings)
