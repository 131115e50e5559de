"""Write the samples as a table for training and one that is held out, typed as `datasets.load_dataset` takes them."""

from framewright.flexpatch.tables import write_tables
from framewright.flexpatch.tree.options import Splitting
from framewright.study import job

log = job.start(snakemake)
inputs, outputs, settings = snakemake.input, snakemake.output, snakemake.params.settings

with job.whole(outputs.folder) as folder:
    log.info("%s", write_tables(folder, inputs.rows, Splitting(**settings["splitting"]), settings["splits"]))
