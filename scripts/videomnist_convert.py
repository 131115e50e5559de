"""Cut the films of one class folder into clips in both layouts, and say what became of each film."""

from framewright.study import job
from framewright.study.funnel import write_outcomes
from framewright.videomnist.class_videos import convert
from framewright.videomnist.store import Shape

log = job.start(snakemake)
inputs, outputs, settings = snakemake.input, snakemake.output, snakemake.params.settings
shape = Shape(settings["frames"], settings["size"])

with job.whole(outputs.part) as path:
    items = convert(
        path, inputs.videos, settings["label"], shape, **settings["limits"], definition=settings["definition"]
    )
with job.whole(outputs.outcomes) as path:
    write_outcomes(path, items)
log.info("%d films, %d of them of use", len(items), sum(not item.reason for item in items))
