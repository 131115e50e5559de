"""Draw the clips that the models of moving digits learn from, as the dataset's own are drawn."""

from pathlib import Path

from framewright.study import job
from framewright.videomnist.clip_spec import SPLITS, ClipSpec
from framewright.videomnist.digits import read_digits
from framewright.videomnist.shard import write_shard
from framewright.videomnist.store import GREY, Shape, merge

log = job.start(snakemake)
inputs, outputs, settings = snakemake.input, snakemake.output, snakemake.params.settings

digits, spec = read_digits(inputs.digits), ClipSpec(**settings["clip"])
parts = {split: Path(outputs.clips).with_name(f".{split}.part.h5") for split in SPLITS}
for split, part in parts.items():
    videos = range(settings["videos"][split])
    write_shard(part, digits[split], spec, settings["seed"], split, videos, (GREY,))
with job.whole(outputs.clips) as path:
    about = {"n_classes": 10, "motion_types": list(spec.motions), "seed": settings["seed"]}
    totals = merge(path, GREY, {split: [part] for split, part in parts.items()}, about, Shape(**settings["shape"]))
for part in parts.values():
    part.unlink()
log.info("clips: %s", totals)
