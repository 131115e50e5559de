"""Say in the terminal what a run will take, before anyone starts it."""

from framewright.patches.forecast import forecast
from framewright.patches.formats import categories_of
from framewright.study import job

log = job.start(snakemake)
given = snakemake.params

for line in forecast(given.counts.values(), categories_of(given.settings), snakemake.threads):
    print(line, file=job.terminal(), flush=True)
