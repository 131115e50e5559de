"""Check what samples, model, boxes and evaluation promise; a broken promise fails the build."""

from framewright.flexpatch.contract import check_pipeline
from framewright.flexpatch.samples.gather import read_records
from framewright.flexpatch.samples.options import Sampling
from framewright.flexpatch.tree.model import read_samples
from framewright.study import job
from framewright.study.bucket_jobs.stamps import check_crashes
from framewright.study.contract import hold, write_contract
from framewright.study.record import read_record

log = job.start(snakemake)
inputs, settings = snakemake.input, snakemake.params.settings

findings = check_pipeline(
    read_samples(inputs.data),
    read_record(inputs.side),
    read_records(inputs.accounts),
    Sampling(**settings["sampling"]),
    settings["features"],
    read_record(inputs.summary),
    inputs.model,
    inputs.card,
    inputs.boxes,
    list(map(read_record, inputs.runs)),
    list(map(read_record, inputs.rated)),
    read_record(inputs.evaluation),
)
findings += check_crashes(inputs.crashed, ["flexpatch"])
with job.whole(snakemake.output.contract) as path:
    write_contract(path, hold(findings, log))
