"""Add up what every pipeline dropped and why, as a table and as a picture."""

from framewright.report.funnel_picture import draw
from framewright.study import job
from framewright.study.funnel import count, funnel_table, read_outcomes

log = job.start(snakemake)

outcomes = zip(snakemake.params.settings["pipelines"], snakemake.input.outcomes, strict=True)
funnel = {pipeline: count(read_outcomes(path)) for pipeline, path in outcomes}

with job.whole(snakemake.output.table) as path:
    path.write_text(funnel_table(funnel), encoding="utf-8")
with job.whole(snakemake.output.picture) as path:
    path.write_text(draw(funnel), encoding="utf-8")
log.info("%d stages of %d pipelines", sum(map(len, funnel.values())), len(funnel))
