"""Measure what an arm gives away without learning."""

from framewright.persistence.arm_folder import STEM
from framewright.persistence.audit import audit_arm
from framewright.persistence.store import Clips
from framewright.study import job
from framewright.study.record import write_record

log = job.start(snakemake)
inputs, outputs = snakemake.input, snakemake.output

audit = audit_arm(Clips(inputs.dataset, STEM))
with job.whole(outputs.audit) as path:
    write_record(path, audit)
log.info("%d clips of unseen sources: %s", audit["clips"], audit["frames"])
