"""Compare the results with their MANIFEST, ask their contracts, and say what was found."""

from framewright.study import job
from framewright.study.check import check_study, require_all, show

log = job.start(snakemake)
settings = snakemake.params.settings

findings = check_study(settings["manifest"], settings["artifacts"], log)

show(findings, job.open_terminal())
require_all(findings)
