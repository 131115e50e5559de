"""Print what a run will take, before anyone starts it."""

from framewright.patches.forecast import count_frames, forecast
from framewright.patches.formats import load_categories
from framewright.study import job

log = job.start(snakemake)
settings = snakemake.params.settings

frames = count_frames(settings["probes"])
for line in forecast(settings["windows"], load_categories(settings["categories"]), snakemake.threads, frames):
    print(line, file=job.open_terminal(), flush=True)
