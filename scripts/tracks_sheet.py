"""Show the tracks of a video on two sheets: in its frames, and as clips."""

from pathlib import Path

from framewright.report.picture import write_png
from framewright.study import job
from framewright.tracks.clips.preview import draw_clip_sheet, draw_overlay
from framewright.tracks.clips.record import read_clips
from framewright.tracks.meta import read_tracks

log = job.start(snakemake)

frames = draw_overlay(snakemake.input.video, list(read_tracks(snakemake.input.meta)))
clips = draw_clip_sheet(Path(snakemake.input.clips), list(read_clips(snakemake.input.record)))
with job.whole(snakemake.output.frames) as path:
    write_png(path, frames)
with job.whole(snakemake.output.clips) as path:
    write_png(path, clips)
log.info("two sheets of %d and %d lines", len(frames), len(clips))
