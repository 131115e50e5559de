"""Write what the video table declares of each video into a record of its own."""

from framewright.study import job
from framewright.study.declared import declare_videos, write_declared
from framewright.study.table import read_table, type_rows

log = job.start(snakemake)

rows = declare_videos(type_rows(read_table(snakemake.resources.table)).values())
with job.whole(snakemake.output.table) as path:
    write_declared(path, rows)
log.info("%d videos", len(rows))
