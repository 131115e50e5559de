"""Link all videos' tracks and clips into the trees that TrackVerse documents, and write its other two schemas."""

from framewright.study import job
from framewright.tracks.tree import link_clips, link_meta, write_schemas

log = job.start(snakemake)
inputs, outputs = snakemake.input, snakemake.output

with job.whole(outputs.meta) as folder:
    videos = link_meta(inputs.metas, folder)
with job.whole(outputs.clips) as folder:
    clips = link_clips(inputs.folders, inputs.metas, inputs.records, folder)
with job.whole(outputs.frames) as frames, job.whole(outputs.release) as release:
    write_schemas(inputs.metas, frames, release)
log.info("%d videos, %d clips", videos, clips)
