"""Cut a clip out of a video for each of its tracks, and record what became of each."""

from framewright.study import job
from framewright.study.definition import compute_definition
from framewright.tracks.clips.extract import extract
from framewright.tracks.clips.options import ClipSettings
from framewright.tracks.clips.record import write_clips
from framewright.tracks.meta import read_tracks

log = job.start(snakemake)
inputs, outputs, settings = snakemake.input, snakemake.output, snakemake.params.settings

with job.whole(outputs.clips) as folder:
    folder.mkdir()
    clips = extract(
        inputs.video, list(read_tracks(inputs.meta)), folder, ClipSettings(**settings["clips"]), job.start_progress()
    )
with job.whole(outputs.record) as path:
    write_clips(path, clips, compute_definition(settings))
log.info("%d clips of %d tracks", sum(not clip.reason for clip in clips), len(clips))
