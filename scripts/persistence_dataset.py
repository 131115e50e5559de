"""Gather the shards of an arm into one documented folder."""

from framewright.persistence.arm_folder import link_shards, write_documents
from framewright.persistence.shard import read_account
from framewright.study import job

log = job.start(snakemake)
inputs, outputs, settings = snakemake.input, snakemake.output, snakemake.params.settings

base, accounts = map(read_account, inputs.base), map(read_account, inputs.accounts)
with job.whole(outputs.dataset) as folder:
    link_shards(folder, inputs.shards)
    statistics = write_documents(folder, list(base), list(accounts), settings["samples"], settings["configuration"])
log.info("%s", statistics)
