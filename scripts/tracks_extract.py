"""Cut a clip out of a video for each of its tracks, and record what became of each."""

from framewright.study import job
from framewright.tracks.clips.extract import extract, settings_of
from framewright.tracks.clips.record import write_clips
from framewright.tracks.meta import read_tracks

log = job.start(snakemake)

with job.whole(snakemake.output.clips) as folder:
    folder.mkdir()
    clips = extract(
        snakemake.input.video,
        list(read_tracks(snakemake.input.meta)),
        folder,
        settings_of(snakemake.params.settings),
    )
with job.whole(snakemake.output.record) as path:
    write_clips(path, clips)
log.info("%d clips of %d tracks", sum(not clip.reason for clip in clips), len(clips))
