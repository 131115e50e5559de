"""Write how many windows each film is to give to each category, and where that category's patches are."""

from framewright.patches.formats import categories_of
from framewright.patches.progress import Wanted, write_wanted
from framewright.study import job

log = job.start(snakemake)
given = snakemake.params

categories = categories_of(given.settings)
wanted = [
    Wanted(video, name, categories[name].root, count)
    for video, counts in given.counts.items()
    for name, count in counts.items()
]
with job.whole(snakemake.output.wanted) as path:
    write_wanted(path, wanted)
log.info("%d windows of %d films", sum(own.windows for own in wanted), len(given.counts))
