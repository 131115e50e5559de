"""Write a row for each moving digit and each converted film, which all that serves them reads."""

from itertools import chain
from pathlib import Path

from framewright.study import job
from framewright.study.funnel import read_outcomes
from framewright.study.rows import write_rows
from framewright.videomnist.contract import list_rows, read_records
from framewright.videomnist.outcomes import list_film_rows
from framewright.videomnist.row_columns import COLUMNS

log = job.start(snakemake)
inputs, outputs, settings = snakemake.input, snakemake.output, snakemake.params.settings

made = {"train": read_records(inputs.train), "test": read_records(inputs.test)}
films = {Path(path).stem: read_outcomes(path) for path in inputs.films}
with job.whole(outputs.rows) as path:
    kept = write_rows(path, COLUMNS, chain(list_rows(made, settings["motion_types"]), list_film_rows(films)), {})
log.info("%d videos", kept)
