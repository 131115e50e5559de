"""Sample frames of a defaced video, with the objects that are followed in each."""

from framewright.study import job
from framewright.tracks.exports.frames import write_frames
from framewright.tracks.meta import read_tracks

log = job.start(snakemake)
inputs, outputs, settings = snakemake.input, snakemake.output, snakemake.params.settings

tracks = list(read_tracks(inputs.meta))
with job.whole(outputs.folder) as folder:
    number = write_frames(folder, snakemake.wildcards.video, inputs.video, tracks, settings["seconds"])
log.info("%d frames", number)
