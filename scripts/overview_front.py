"""Write the first page of the report."""

from pathlib import Path

from framewright.report.costs import read_costs_table
from framewright.report.front import describe_making, read_tile, write_front
from framewright.study import job
from framewright.study.funnel import read_funnel
from framewright.study.record import read_record

log = job.start(snakemake)
inputs, outputs, settings = snakemake.input, snakemake.output, snakemake.params.settings

contracts = list(zip(settings["promising"], inputs.contracts, strict=True))
shown = zip(settings["pipelines"], inputs.tiles, settings["cards"], strict=True)
tiles = [
    read_tile(word, tile, [path for owner, path in contracts if owner == word], card) for word, tile, card in shown
]
outcomes = zip(["sources", *settings["pipelines"]], inputs.outcomes, strict=True)
funnel = read_funnel(outcomes, zip(settings["counted"], inputs.stages, strict=True))
making = describe_making(read_record(inputs.versions), read_costs_table(inputs.costs), settings["seed"])

with job.whole(outputs.page) as path:
    Path(path).write_text(write_front(tiles, funnel, settings["sources"], making), encoding="utf-8")
log.info("%d datasets", len(tiles))
