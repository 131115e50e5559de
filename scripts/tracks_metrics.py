"""Measure the clips of a video: how they move, what they look like and how good they are."""

from framewright.report.gallery.posters import write_posters
from framewright.study import job
from framewright.study.definition import compute_definition
from framewright.tracks.clips.record import read_clips
from framewright.tracks.meta import read_tracks
from framewright.tracks.metrics.appearance import open_backend, sha256_of
from framewright.tracks.metrics.camera import read_camera_path
from framewright.tracks.metrics.measure import measure_clips
from framewright.tracks.metrics.motion import open_flow
from framewright.tracks.metrics.options import MetricSettings
from framewright.tracks.metrics.store import write_embeddings, write_motion, write_quality

log = job.start(snakemake)
inputs, outputs = snakemake.input, snakemake.output
settings = MetricSettings(**snakemake.params.settings["metrics"])

motion_weights, embedding_weights = next(iter(inputs.motion), None), next(iter(inputs.embedding), None)
flow, embed = open_flow(settings.motion, motion_weights), open_backend(settings.embedding, embedding_weights)
tracks, clips = list(read_tracks(inputs.meta)), list(read_clips(inputs.record))
measured = measure_clips(inputs.clips, tracks, clips, flow, embed, read_camera_path(inputs.detections))
found = list(job.start_progress()(measured, sum(not clip.reason for clip in clips), "clips"))
with job.whole(outputs.motion) as path:
    write_motion(path, found)
with job.whole(outputs.embeddings) as path:
    saturated = write_embeddings(path, found, settings.embedding, sha256_of(embedding_weights))
with job.whole(outputs.quality) as path:
    write_quality(path, found, compute_definition(snakemake.params.settings))
with job.whole(outputs.posters) as path:
    write_posters(path, {clip.tid: clip.poster for clip in found})
log.info("%d clips measured; %d entries of embeddings saturated", len(found), saturated)
