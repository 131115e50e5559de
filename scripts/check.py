"""Compare the results with their MANIFEST, ask their contracts, and say what was found."""

from framewright.study import job
from framewright.study.check import check, require_all, show
from framewright.study.manifest import read_manifest

log = job.start(snakemake)

rows = read_manifest(snakemake.params.settings["manifest"])
findings = check(rows, snakemake.params.settings["artifacts"], log)

show(findings, job.terminal())
require_all(findings)
