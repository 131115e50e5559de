"""Check what samples and model promise; a broken promise fails the build."""

from framewright.flexpatch.contract import contract, model_contract
from framewright.flexpatch.follow.features import read_definition
from framewright.flexpatch.runtime.contract import run_contract
from framewright.flexpatch.samples.columns import Sampling
from framewright.flexpatch.tree.model import read_samples
from framewright.study import job
from framewright.study.contract import hold, write_contract
from framewright.study.record import read_record

log = job.start(snakemake)
given = snakemake.input

samples, side = read_samples(given.data), read_record(given.side)
findings = [
    *contract(samples, side, list(map(read_record, given.records)), Sampling(**snakemake.params.sampling)),
    *model_contract(samples, read_record(given.summary), given.model, given.card, read_definition(side, given.side)),
    *run_contract(
        given.boxes,
        list(map(read_record, given.runs)),
        list(map(read_record, given.rated)),
        read_record(given.evaluation),
    ),
]
with job.whole(snakemake.output.contract) as path:
    write_contract(path, hold(findings, log))
