"""Search a defaced video for faces again: what is found outside of the covers has leaked."""

from framewright.study import job
from framewright.study.record import read_record, write_record
from framewright.tracks.privacy.deface import audit, open_finders, read_faces
from framewright.tracks.privacy.options import FinderSettings

log = job.start(snakemake)
inputs, outputs, settings = snakemake.input, snakemake.output, snakemake.params.settings

result = audit(
    inputs.video,
    read_record(inputs.record),
    read_faces(inputs.found),
    open_finders(FinderSettings(**settings["audit"]["finders"])),
    settings["audit"]["frames"],
    job.start_progress(),
)
with job.whole(outputs.audit) as path:
    write_record(path, result)
log.info("%d of %d detections in %d frames are not covered", result["open"], result["seen"], result["looked_at"])
