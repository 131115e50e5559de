"""Compare the results with their MANIFEST, ask their contracts, and say what was found."""

from framewright.study import job
from framewright.study.check import check_study, find_unclaimed, require_all, show
from framewright.study.leftovers import list_study_outputs

log = job.start(snakemake)
settings = snakemake.params.settings

findings = check_study(settings["manifest"], settings["artifacts"], log)
outputs = list_study_outputs(snakemake.resources.driver, snakemake.resources.snakefile, settings["config"])
findings += find_unclaimed(outputs, "results", ".snakemake", settings["by_hand"])

show(findings, job.open_terminal())
require_all(findings)
