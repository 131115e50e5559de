"""Gather the shards of an arm into one documented folder."""

from framewright.persistence.gather import gather, write_documents
from framewright.persistence.shard import read_account
from framewright.study import job

log = job.start(snakemake)
given = snakemake.params

base, accounts = map(read_account, snakemake.input.base), map(read_account, snakemake.input.accounts)
with job.whole(snakemake.output.dataset) as folder:
    gather(folder, snakemake.input.shards)
    statistics = write_documents(folder, list(base), list(accounts), given.samples, given.configuration)
log.info("%s", statistics)
