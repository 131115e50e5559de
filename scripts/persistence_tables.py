"""Write the clips of an arm as a table for each split, with labels of each frame and boxes of each sphere."""

import pyarrow.compute as pc

from framewright.persistence.arm_folder import STEM
from framewright.persistence.store import Clips
from framewright.persistence.tables import write_tables
from framewright.study import job
from framewright.study.rows import read_rows

log = job.start(snakemake)
inputs, outputs, settings = snakemake.input, snakemake.output, snakemake.params.settings

table = read_rows([inputs.rows])
rows = table.filter(pc.equal(table["variant"], settings["variant"])).to_pylist()
with job.whole(outputs.folder) as folder:
    log.info("%s", write_tables(folder, rows, Clips(inputs.dataset, STEM)))
