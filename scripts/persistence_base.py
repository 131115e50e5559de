"""Make a shard of the base set."""

import time

from framewright.persistence.shard import Account, make_base, write_account
from framewright.persistence.store import write_clips
from framewright.study import job

log = job.start(snakemake)
given = snakemake.params

account = Account(began=time.time())
clips = make_base(given.base, given.folder, given.visible_share, given.seed, given.numbers, account)
with job.whole(snakemake.output.clips) as folder:
    write_clips(folder, "traj", snakemake.wildcards.shard, given.storage, clips)
account.ended = time.time()

with job.whole(snakemake.output.account) as path:
    write_account(path, account)
log.info("%d clips, lost: %s", account.clips, account.lost)
