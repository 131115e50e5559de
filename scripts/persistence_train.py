"""Train a model on an arm; a killed run goes on from the last epoch that it finished."""

from pathlib import Path

from framewright.persistence.arm_folder import STEM
from framewright.persistence.models import learn, write_model
from framewright.persistence.specs import TrainingSpec
from framewright.persistence.store import Clips
from framewright.study import job
from framewright.study.record import write_record

log = job.start(snakemake)
inputs, outputs, settings = snakemake.input, snakemake.output, snakemake.params.settings
task, spec = snakemake.wildcards.task, TrainingSpec(**settings["training"])

progress = Path(outputs.model).with_name(".training.pt")
clips = Clips(inputs.dataset, STEM)
trained = learn(
    clips, task, settings["shape"], spec, settings["seed"], progress, snakemake.params.code, job.start_progress()
)

with job.whole(outputs.model) as path:
    write_model(path, trained)
with job.whole(outputs.history) as path:
    write_record(path, {"losses": trained.losses, "temperatures": trained.temperatures})
progress.unlink(missing_ok=True)
log.info("losses by epoch: %s", trained.losses)
