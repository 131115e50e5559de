"""Draw new videos from VideoGPT, and continuations of real ones, to look at and as arrays."""

from framewright.study import job
from framewright.videomnist.checkpoints import read_gpt, read_vqvae
from framewright.videomnist.generating import continue_clips, generate
from framewright.videomnist.model_preview import write_generated
from framewright.videomnist.sampling import SamplingPlan
from framewright.videomnist.training import device_of

log = job.start(snakemake)
inputs, outputs, settings = snakemake.input, snakemake.output, snakemake.params.settings

device, seed = device_of(settings["gpus"]), settings["seed"]
(vqvae, about), (gpt, _) = read_vqvae(inputs.vqvae), read_gpt(inputs.gpt)
plan = SamplingPlan(**{key: settings[key] for key in ("temperature", "top_k", "top_p", "guidance")})
made = generate(
    vqvae.to(device), gpt.to(device), inputs.clips, settings["n"], settings["class"], plan, seed, job.start_progress()
)
continued = continue_clips(vqvae, gpt, inputs.clips, settings["cond_frames"], plan, seed)
with job.whole(outputs.generated) as path:
    write_generated(path, made, continued, settings["cond_frames"], settings["fps"], settings["width"])
log.info("%d new videos, %d continuations", len(made.videos), len(continued.predicted))
