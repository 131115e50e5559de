"""Write the metrics of a video's clips as TrackVerse keeps them: a file of each clip for motion and embeddings."""

from framewright.study import job
from framewright.tracks.clips.record import read_clips
from framewright.tracks.metrics.store import write_npy

log = job.start(snakemake)
inputs, outputs, settings = snakemake.input, snakemake.output, snakemake.params.settings

clips = {clip.tid: clip.fn for clip in read_clips(inputs.record) if not clip.reason}
with job.whole(outputs.folder) as folder:
    folder.mkdir()
    write_npy(folder, settings["dataset"], clips, inputs.motion, inputs.embeddings)
log.info("%d clips", len(clips))
