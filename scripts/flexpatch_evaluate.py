"""Combine the ratings of all videos: figures, a table and a chart."""

import numpy as np

from framewright.flexpatch.evaluation.chart import write_chart
from framewright.flexpatch.evaluation.summary import format_table, summarise
from framewright.study import job
from framewright.study.record import read_record, write_record

log = job.start(snakemake)
inputs, outputs, settings = snakemake.input, snakemake.output, snakemake.params.settings

evaluation = summarise(list(map(read_record, inputs.records)), np.random.default_rng(settings["seed"]))
with job.whole(outputs.evaluation) as path:
    write_record(path, evaluation)
with job.whole(outputs.table) as path:
    path.write_text(format_table(evaluation), encoding="utf-8")
with job.whole(outputs.chart) as path:
    write_chart(path, evaluation)
log.info("%s", format_table(evaluation))
