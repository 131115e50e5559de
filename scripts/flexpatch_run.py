"""Run FlexPatch over a video: boxes in the format of MOT Challenge, a record, and a film that shows how."""

from framewright.flexpatch.runtime.run import How, run, write_mot
from framewright.flexpatch.samples.truth import detector_of
from framewright.study import job
from framewright.study.record import read_record, write_record

log = job.start(snakemake)
given, settings = snakemake.input, snakemake.params

with job.whole(snakemake.output.film) as film:
    found, record = run(
        given.video,
        read_record(given.probe),
        settings.frames,
        detector_of(settings.detector, given.weights),
        How(**settings.runtime),
        given.model,
        film,
        settings.recognisable,
        log,
    )
with job.whole(snakemake.output.boxes) as path:
    write_mot(path, found)
with job.whole(snakemake.output.record) as path:
    write_record(path, {"video": snakemake.wildcards.video} | record)
log.info("%s", record)
