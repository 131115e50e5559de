"""Observe a video: what a detector finds in each frame, and where each object really is."""

from framewright.flexpatch.samples.observations import write_observations
from framewright.flexpatch.samples.options import DetectorSettings
from framewright.flexpatch.samples.truth import build_detector, observe_video
from framewright.study import job
from framewright.study.definition import compute_definition
from framewright.study.record import write_record
from framewright.video.probe import read_probe

log = job.start(snakemake)
inputs, outputs, settings = snakemake.input, snakemake.output, snakemake.params.settings

detector = DetectorSettings(**settings["detector"])
observations, record = observe_video(
    inputs.video,
    read_probe(inputs.probe),
    inputs.truth,
    settings["truth"],
    build_detector(detector, inputs.weights),
    detector,
    settings["frames"],
    job.start_progress(),
)
with job.whole(outputs.observations) as path:
    write_observations(path, observations)
with job.whole(outputs.record) as path:
    write_record(path, record | {"settings": compute_definition(settings)})
log.info("truth: %s; %s", record["truth"] or record["reason"], record["agreement"] or "no annotations to compare with")
