"""Put transients into a shard of the base set."""

import time

from framewright.persistence.shard import Account, make_augmented, write_account
from framewright.persistence.store import Clips, write_clips
from framewright.study import job

log = job.start(snakemake)
given, wildcards = snakemake.params, snakemake.wildcards

account = Account(began=time.time())
base = Clips(snakemake.input.clips, "traj")
clips = make_augmented(base, given.recipe, wildcards.variant, given.seed, account)
with job.whole(snakemake.output.clips) as folder:
    write_clips(folder, "augmented_traj", wildcards.shard, given.storage, clips)
account.ended = time.time()

with job.whole(snakemake.output.account) as path:
    write_account(path, account)
log.info("%d clips, %d transients, lost: %s", account.clips, account.transients, account.lost)
