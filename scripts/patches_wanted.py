"""Write how many windows each film is to give to each category, and where that category's patches are."""

from framewright.patches.formats import load_categories
from framewright.patches.progress import Wanted, write_wanted
from framewright.study import job

log = job.start(snakemake)
outputs, settings = snakemake.output, snakemake.params.settings

categories = load_categories(settings["categories"])
wanted = [
    Wanted(video, name, categories[name].root, count)
    for video, counts in settings["windows"].items()
    for name, count in counts.items()
]
with job.whole(outputs.wanted) as path:
    write_wanted(path, wanted)
log.info("%d windows of %d films", sum(row.windows for row in wanted), len(settings["windows"]))
