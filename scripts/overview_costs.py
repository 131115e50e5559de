"""Add up what the jobs of each rule cost, as a table and as a picture."""

from framewright.report.costs import add_up, costs_table, draw_costs
from framewright.study import job, usage

log = job.start(snakemake)

costs = add_up(usage.read_usage(usage.FOLDER))

with job.whole(snakemake.output.table) as path:
    path.write_text(costs_table(costs), encoding="utf-8")
with job.whole(snakemake.output.picture) as path:
    path.write_text(draw_costs(costs), encoding="utf-8")
log.info("%d measured rules", len(costs))
