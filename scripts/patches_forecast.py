"""Print what a run will take, before anyone starts it."""

from framewright.patches.forecast import forecast
from framewright.patches.formats import load_categories
from framewright.study import job

log = job.start(snakemake)
settings = snakemake.params.settings

for line in forecast(settings["windows"].values(), load_categories(settings["categories"]), snakemake.threads):
    print(line, file=job.open_terminal(), flush=True)
