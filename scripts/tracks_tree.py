"""Link all videos' tracks and clips into the trees that TrackVerse documents, and write its other two schemas."""

from framewright.study import job
from framewright.study.record import read_lines
from framewright.tracks.split_table import read_splits
from framewright.tracks.tree import link_clips, link_meta, write_schemas

log = job.start(snakemake)
inputs, outputs, settings = snakemake.input, snakemake.output, snakemake.params.settings

videos = sorted(account["video"] for account in read_lines(inputs.accounts) if not account["why_not"])
metas = [settings["metas"].format(video=video) for video in videos]
with job.whole(outputs.meta) as folder:
    link_meta(metas, folder)
with job.whole(outputs.clips) as folder:
    clips = link_clips(inputs.rows, read_splits(inputs.splits), settings["folders"], settings["dataset"], folder)
with job.whole(outputs.frames) as frames, job.whole(outputs.release) as release:
    write_schemas(metas, frames, release)
log.info("%d videos, %d clips", len(videos), clips)
