"""Make a shard of the base set."""

import time

from framewright.persistence.shard import Account, make_base_shard, write_account
from framewright.persistence.specs import BaseSpec
from framewright.persistence.store import write_clips
from framewright.study import job

log = job.start(snakemake)
outputs, settings = snakemake.output, snakemake.params.settings
spec, numbers = BaseSpec(**settings["spec"]), range(settings["first"], settings["stop"])

account = Account(began=time.time())
clips = make_base_shard(spec, settings["folder"], settings["min_visible_share"], settings["seed"], numbers, account)
passing = job.start_progress()(clips, len(numbers), "clips")
with job.whole(outputs.clips) as folder:
    write_clips(folder, "traj", snakemake.wildcards.shard, settings["storage"], passing)
account.ended = time.time()

with job.whole(outputs.account) as path:
    write_account(path, account)
log.info("%d clips, lost: %s", account.clips, account.lost)
