"""Train VideoGPT on the codes of clips; a killed run goes on from the last validation."""

from pathlib import Path

from framewright.study import job
from framewright.study.record import write_record
from framewright.videomnist.checkpoints import read_vqvae, write_gpt
from framewright.videomnist.codes import read_codes
from framewright.videomnist.model_charts import write_gpt_curves
from framewright.videomnist.model_training import digest_of, make_gpt, train_gpt
from framewright.videomnist.training import TrainingPlan, TrainingRun

log = job.start(snakemake)
inputs, outputs, settings = snakemake.input, snakemake.output, snakemake.params.settings

vqvae, _ = read_vqvae(inputs.vqvae)
codes = read_codes(inputs.codes)
model = make_gpt(vqvae, settings["model"], settings["seed"])
plan, kept = TrainingPlan(**settings["plan"]), Path(outputs.checkpoint).with_name(".training.pt")
digest = digest_of(snakemake.params.code, settings, [inputs.clips, inputs.vqvae, inputs.codes])
progress = job.start_progress()
run = TrainingRun(plan, settings["seed"], kept, digest, progress, log.info, progress.note)
trained = train_gpt(model, codes, inputs.clips, vqvae, run)

about = {"best_loss": min(row["loss"] for row in trained.history)}
with job.whole(outputs.checkpoint) as path:
    write_gpt(path, model.config, trained.best, model.vectors, about)
with job.whole(outputs.last) as path:
    write_gpt(path, model.config, trained.last, model.vectors, about)
with job.whole(outputs.metrics) as path:
    write_record(path, trained.metrics(model) | about)
with job.whole(outputs.curves) as path:
    write_gpt_curves(path, trained.history, model.config.n_codes)
kept.unlink(missing_ok=True)
