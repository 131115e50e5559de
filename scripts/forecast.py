"""Print what a run will take, before anyone starts it."""

from framewright.patches.forecast import count_frames
from framewright.patches.forecast import forecast as forecast_patches
from framewright.patches.formats import load_categories
from framewright.study import forecast, job, usage

log = job.start(snakemake)
settings = snakemake.params.settings

sizes = forecast.read_sizes(settings["probe"], settings["videos"])
used = usage.read_usage(usage.FOLDER)
work = forecast.list_work(settings["jobs"], sizes, settings["gpu"])
rows = forecast.forecast(work, forecast.fit_rates(used, sizes))
patches = settings["patches"]
categories, frames = load_categories(patches["categories"]), count_frames(patches["probes"])
of_patches = forecast_patches(patches["windows"], categories, snakemake.threads, frames) * bool(patches["windows"])
for line in [
    *forecast.compose_table(rows, snakemake.threads, len(settings["videos"]) - len(sizes)),
    *forecast.compare(forecast.forecast(work, {}), used),
    *of_patches,
]:
    print(line, file=job.open_terminal(), flush=True)
