"""Collect the tracks of a bucket of videos: a table of what is known of each, and their lines, compressed."""

from framewright.study import job
from framewright.tracks.curation.collect import bucket_rows
from framewright.tracks.curation.index import write_index

log = job.start(snakemake)
inputs, outputs = snakemake.input, snakemake.output

rows = bucket_rows(inputs.metas, inputs.clips, inputs.motions, inputs.embeddings, inputs.qualities)
with job.whole(outputs.lines) as lines, job.whole(outputs.table) as table:
    count = write_index(table, lines, rows)
log.info("%d tracks of %d videos", count, len(inputs.metas))
