"""Cut the films of one class folder into clips in both layouts, and say what became of each film."""

from framewright.study import job
from framewright.study.funnel import write_outcomes
from framewright.videomnist.films import convert
from framewright.videomnist.store import Shape

log = job.start(snakemake)
given = snakemake.params

with job.whole(snakemake.output.part) as path:
    items = convert(path, snakemake.input.films, given.label, Shape(given.frames, given.size), **given.limits)
with job.whole(snakemake.output.outcomes) as path:
    write_outcomes(path, items)
log.info("%d films, %d of them of use", len(items), sum(not item.reason for item in items))
