"""Write a row for each clip of each arm, which all that serves clips reads."""

from framewright.persistence.arm_folder import STEM
from framewright.persistence.row_columns import COLUMNS
from framewright.persistence.rows import list_rows
from framewright.persistence.store import Clips
from framewright.study import job
from framewright.study.rows import write_rows

log = job.start(snakemake)
inputs, outputs, settings = snakemake.input, snakemake.output, snakemake.params.settings

folders = zip(settings["places"].items(), inputs.datasets, strict=True)
arms = {name: (place, Clips(folder, STEM)) for (name, place), folder in folders}
with job.whole(outputs.rows) as path:
    kept = write_rows(path, COLUMNS, list_rows(arms), {})
log.info("%d clips of %d arms", kept, len(arms))
