"""Draw the graph of the rules as Snakemake itself sees it."""

from framewright.report.graph import draw, read_dot, rule_graph_of
from framewright.study import job

log = job.start(snakemake)

dot = rule_graph_of(snakemake.resources.driver, snakemake.resources.snakefile, snakemake.params.settings["config"])
with job.whole(snakemake.output.svg) as path:
    path.write_text(draw(read_dot(dot)), encoding="utf-8")
