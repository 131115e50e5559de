"""Compare the films before they are cut: editions of one film in different splits fail the build, with the remedy."""

from framewright.patches.editions import find_editions, find_leaks, write_editions
from framewright.patches.record import read_plan
from framewright.study import job
from framewright.study.contract import hold, make_finding

log = job.start(snakemake)
inputs, outputs = snakemake.input, snakemake.output

editions = find_editions(map(read_plan, inputs.plans))
hold([make_finding("editions of one film are in one split", find_leaks(editions))], log)
with job.whole(outputs.editions) as path:
    write_editions(path, editions)
log.info("%d pairs of films show the same", len(editions))
