"""Run FlexPatch over a video: boxes in the format of MOT Challenge, a record, and a film of the work."""

from framewright.flexpatch.runtime.options import RuntimeSettings
from framewright.flexpatch.runtime.run import run_video, write_mot
from framewright.flexpatch.samples.options import DetectorSettings
from framewright.flexpatch.samples.truth import build_detector
from framewright.study import job
from framewright.study.record import write_record
from framewright.video.probe import read_probe

log = job.start(snakemake)
inputs, outputs, settings = snakemake.input, snakemake.output, snakemake.params.settings

with job.whole(outputs.film) as film:
    objects, record = run_video(
        inputs.video,
        read_probe(inputs.probe),
        settings["frames"],
        build_detector(DetectorSettings(**settings["detector"]), inputs.weights),
        RuntimeSettings(**settings["runtime"]),
        next(iter(inputs.models), None),
        film,
        settings["is_clear"],
        job.start_progress(),
    )
with job.whole(outputs.boxes) as path:
    write_mot(path, objects)
with job.whole(outputs.record) as path:
    write_record(path, {"video": snakemake.wildcards.video} | record)
log.info("%s", record)
