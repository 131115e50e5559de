"""Compute the codes of all clips once, for VideoGPT to learn from."""

from framewright.study import job
from framewright.videomnist.checkpoints import read_vqvae
from framewright.videomnist.clip_spec import SPLITS
from framewright.videomnist.codes import encode_clips, write_codes
from framewright.videomnist.training import device_of

log = job.start(snakemake)
inputs, outputs, settings = snakemake.input, snakemake.output, snakemake.params.settings

model, _ = read_vqvae(inputs.vqvae)
device, progress = device_of(settings["gpus"]), job.start_progress()
codes = {split: encode_clips(model, inputs.clips, split, device, progress) for split in SPLITS}
with job.whole(outputs.codes) as path:
    write_codes(path, codes)
log.info("codes: %s", {split: part.codes.shape for split, part in codes.items()})
