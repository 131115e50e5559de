"""Add up what every pipeline dropped and why, as a table and as a picture."""

from framewright.report.funnel_picture import draw
from framewright.report.svg import compose_page
from framewright.study import job
from framewright.study.funnel import funnel_table, read_funnel

log = job.start(snakemake)
inputs, outputs, settings = snakemake.input, snakemake.output, snakemake.params.settings

outcomes = zip(settings["pipelines"], inputs.outcomes, strict=True)
funnel = read_funnel(outcomes, zip(settings["counted"], inputs.stages, strict=True))

with job.whole(outputs.table) as path:
    path.write_text(funnel_table(funnel), encoding="utf-8")
drawing = draw(funnel)
with job.whole(outputs.picture) as path:
    path.write_text(drawing, encoding="utf-8")
with job.whole(outputs.page) as path:
    path.write_text(compose_page("What was dropped, and why", drawing), encoding="utf-8")
log.info("%d stages of %d pipelines", sum(map(len, funnel.values())), len(funnel))
