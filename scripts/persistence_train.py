"""Train a model on an arm; a killed run goes on from the last epoch that it finished."""

import json
from pathlib import Path

from framewright.persistence.gather import STEM
from framewright.persistence.models import learn, write_model
from framewright.persistence.store import Clips
from framewright.study import job

log = job.start(snakemake)
given, output = snakemake.params, snakemake.output

progress = Path(output.model).with_name(".training.pt")
clips = Clips(snakemake.input.dataset, STEM)
trained = learn(clips, snakemake.wildcards.task, given.shape, given.settings, given.seed, progress, given.code)

with job.whole(output.model) as path:
    write_model(path, trained)
with job.whole(output.history) as path:
    path.write_text(json.dumps({"losses": trained.losses, "temperatures": trained.temperatures}, indent=1) + "\n")
progress.unlink(missing_ok=True)
log.info("losses by epoch: %s", trained.losses)
