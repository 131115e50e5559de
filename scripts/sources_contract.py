"""Check what the sources promise to every pipeline; a broken promise fails the build."""

from framewright.sources.contract import check_sources, read_sources
from framewright.sources.fates import read_summary
from framewright.study import job
from framewright.study.contract import hold, write_contract
from framewright.study.declared import read_declared

log = job.start(snakemake)
inputs = snakemake.input

statuses = {video: row["status"] for video, row in read_summary(inputs.summary).items()}
sources = read_sources(inputs.files, inputs.outcomes, inputs.probes, inputs.truths)

findings = hold(check_sources(sources, statuses, read_declared(inputs.declared)), log)
with job.whole(snakemake.output.contract) as path:
    write_contract(path, findings)
