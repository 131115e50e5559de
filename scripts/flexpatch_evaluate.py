"""Put together how FlexPatch was rated on all videos."""

import numpy as np

from framewright.flexpatch.evaluation.chart import write_chart
from framewright.flexpatch.evaluation.evaluate import evaluation, table
from framewright.study import job
from framewright.study.record import read_record, write_record

log = job.start(snakemake)

told = evaluation(list(map(read_record, snakemake.input.records)), np.random.default_rng(snakemake.params.seed))
with job.whole(snakemake.output.evaluation) as path:
    write_record(path, told)
with job.whole(snakemake.output.table) as path:
    path.write_text(table(told), encoding="utf-8")
with job.whole(snakemake.output.chart) as path:
    write_chart(path, told)
log.info("%s", table(told))
