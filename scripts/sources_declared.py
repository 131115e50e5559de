"""Write what the video table declares of each video of a bucket into a record of its own."""

from framewright.study import job
from framewright.study.buckets import in_bucket
from framewright.study.declared import declare_videos, write_declared
from framewright.study.table import read_table, type_rows

log = job.start(snakemake)

videos = type_rows(read_table(snakemake.resources.table))
rows = declare_videos(videos[video] for video in in_bucket(videos, snakemake.wildcards.bucket))
with job.whole(snakemake.output.table) as path:
    write_declared(path, rows)
log.info("%d videos", len(rows))
