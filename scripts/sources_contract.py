"""Check what the sources promise to every pipeline; a broken promise fails the build."""

from framewright.sources.contract import check_summary
from framewright.sources.fates import read_summary
from framewright.study import job
from framewright.study.bucket_jobs.stamps import check_crashes
from framewright.study.contract import hold, join_parts, read_parts, write_contract
from framewright.study.declared import read_declared

log = job.start(snakemake)
inputs = snakemake.input

statuses = {video: row["status"] for video, row in read_summary(inputs.summary).items()}
found = {video: row["status"] for path in inputs.tables for video, row in read_summary(path).items()}
summary = check_summary(found, statuses, read_declared(inputs.declared))
crashes = check_crashes(inputs.crashed, ["sources"])
findings = hold([summary, *join_parts(map(read_parts, inputs.promises)), *crashes], log)
with job.whole(snakemake.output.contract) as path:
    write_contract(path, findings)
