"""Copy a file that comes with the workflow into the study."""

import shutil

from framewright.study import job

log = job.start(snakemake)

with job.whole(snakemake.output.copied) as path:
    shutil.copyfile(snakemake.resources.file, path)
log.info("%s", snakemake.output.copied)
