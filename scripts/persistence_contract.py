"""Check what every arm promises; a broken promise fails the build."""

from framewright.persistence.arm_folder import STEM
from framewright.persistence.audit import check_audits
from framewright.persistence.contract import check_arm, check_possible, find_leaks, list_lost
from framewright.persistence.store import Clips
from framewright.study import job
from framewright.study.contract import hold, write_contract
from framewright.study.funnel import read_outcomes
from framewright.study.record import read_record

log = job.start(snakemake)
inputs, outputs, settings = snakemake.input, snakemake.output, snakemake.params.settings
arms = settings["arms"]

base = Clips(inputs.base, "traj")
lost = list_lost(read_outcomes(inputs.outcomes), [arm["name"] for arm in arms])
findings = [find_leaks({arm["name"]: Clips(path, STEM) for arm, path in zip(arms, inputs.datasets, strict=True)})]
findings += check_possible(inputs.evaluations)
audits = {arm["name"]: read_record(path) for arm, path in zip(arms, inputs.audits, strict=True)}
findings += check_audits(audits, [arm["name"] for arm in arms if arm["max_companions"]])
for arm, path in zip(arms, inputs.datasets, strict=True):
    missing = lost[arm["name"]]
    findings += check_arm(arm["name"], path, base, missing, settings["samples"], settings["max_lost"], arm["per_video"])

findings = hold(findings, log)
with job.whole(outputs.contract) as path:
    write_contract(path, findings)
