"""Check what every arm promises; a broken promise fails the build."""

from framewright.persistence.contract import contract, leaks, lost_of, possible
from framewright.persistence.gather import STEM
from framewright.persistence.store import Clips
from framewright.study import job
from framewright.study.contract import hold, write_contract
from framewright.study.funnel import read_outcomes

log = job.start(snakemake)
given, folders = snakemake.params, snakemake.input.datasets

base = Clips(snakemake.input.base, "traj")
lost = lost_of(read_outcomes(snakemake.input.outcomes), given.variants)
findings = [leaks({name: Clips(folder, STEM) for name, folder in zip(given.variants, folders, strict=True)})]
findings += possible(snakemake.input.evaluations)
for (name, per_video), folder in zip(given.variants.items(), folders, strict=True):
    findings += contract(name, folder, base, lost[name], given.samples, given.most_lost, per_video)

findings = hold(findings, log)
with job.whole(snakemake.output.contract) as path:
    write_contract(path, findings)
