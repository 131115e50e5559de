"""Judge reconstructions and samples, beside the data and beside videos that were damaged on purpose."""

from framewright.study import job
from framewright.study.record import write_record
from framewright.videomnist.checkpoints import read_gpt, read_vqvae
from framewright.videomnist.judgement_page import judgement_page, write_distances
from framewright.videomnist.judging import JudgePlan, judge
from framewright.videomnist.model_preview import write_reconstructions
from framewright.videomnist.training import device_of

log = job.start(snakemake)
inputs, outputs, settings = snakemake.input, snakemake.output, snakemake.params.settings

(vqvae, about), (gpt, _) = read_vqvae(inputs.vqvae), read_gpt(inputs.gpt)
plan, device = JudgePlan(**settings["plan"]), device_of(settings["gpus"])
found = judge(vqvae.to(device), gpt.to(device), inputs.clips, plan, settings["seed"], job.start_progress())

with job.whole(outputs.judgement) as path:
    write_record(path, found)
with job.whole(outputs.page) as path:
    path.write_text(judgement_page(found), encoding="utf-8")
with job.whole(outputs.distances) as path:
    write_distances(path, found)
with job.whole(outputs.pictures) as path:
    write_reconstructions(path, vqvae, inputs.clips)
log.info("agreement: %s", found["agreement"])
