"""Write what the video table declares of each video into a record of its own."""

from framewright.study import job
from framewright.study.declared import declared, write_declared
from framewright.study.table import read_table, videos

log = job.start(snakemake)

rows = declared(videos(read_table(snakemake.resources.table)).values())
with job.whole(snakemake.output.table) as path:
    write_declared(path, rows)
log.info("%d videos", len(rows))
