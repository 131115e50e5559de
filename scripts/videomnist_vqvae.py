"""Train a VQ-VAE on clips of moving digits; a killed run goes on from the last validation."""

from pathlib import Path

from framewright.study import job
from framewright.study.record import write_record
from framewright.videomnist.checkpoints import write_vqvae
from framewright.videomnist.model_charts import write_vqvae_curves
from framewright.videomnist.model_training import digest_of, train_vqvae
from framewright.videomnist.training import TrainingPlan, TrainingRun
from framewright.videomnist.vqvae import VqvaeConfig

log = job.start(snakemake)
inputs, outputs, settings = snakemake.input, snakemake.output, snakemake.params.settings

config = VqvaeConfig(**settings["model"] | {"downsample": tuple(settings["model"]["downsample"])})
plan, kept = TrainingPlan(**settings["plan"]), Path(outputs.checkpoint).with_name(".training.pt")
digest = digest_of(snakemake.params.code, settings, [inputs.clips])
progress = job.start_progress()
run = TrainingRun(plan, settings["seed"], kept, digest, progress, log.info, progress.note)
model, trained, about = train_vqvae(inputs.clips, config, run)

with job.whole(outputs.checkpoint) as path:
    write_vqvae(path, config, trained.best, about)
with job.whole(outputs.last) as path:
    write_vqvae(path, config, trained.last, about)
with job.whole(outputs.metrics) as path:
    write_record(path, trained.metrics(model) | about)
with job.whole(outputs.curves) as path:
    write_vqvae_curves(path, trained.history)
kept.unlink(missing_ok=True)
