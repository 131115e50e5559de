"""Put transients into a shard of the base set."""

import time

from framewright.persistence.shard import Account, augment_shard, write_account
from framewright.persistence.specs import build_variant
from framewright.persistence.store import Clips, write_clips
from framewright.study import job

log = job.start(snakemake)
inputs, outputs, settings = snakemake.input, snakemake.output, snakemake.params.settings
wildcards, variant = snakemake.wildcards, build_variant(settings["variant"])

account = Account(began=time.time())
base = Clips(inputs.clips, "traj")
clips = augment_shard(base, variant, wildcards.variant, settings["seed"], account)
passing = job.start_progress()(clips, len(base), "clips")
with job.whole(outputs.clips) as folder:
    write_clips(folder, "augmented_traj", wildcards.shard, settings["storage"], passing)
account.ended = time.time()

with job.whole(outputs.account) as path:
    write_account(path, account)
log.info("%d clips, %d transients, lost: %s", account.clips, account.transients, account.lost)
