"""Check what the sources promise to every pipeline; a broken promise fails the build."""

import csv
from pathlib import Path

from framewright.sources.contract import contract, read_source
from framewright.study import job
from framewright.study.contract import hold, write_contract

log = job.start(snakemake)
given, videos = snakemake.input, snakemake.params.videos

truths = map(dict(zip(snakemake.params.known, given.truths, strict=True)).get, videos)
sources = zip(videos, map(read_source, given.files, given.outcomes, given.probes, truths), strict=True)
with Path(given.summary[0]).open(encoding="utf-8", newline="") as file:
    statuses = {row["video"]: row["status"] for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)}

findings = hold(contract(sources, statuses), log)
with job.whole(snakemake.output.contract) as path:
    write_contract(path, findings)
