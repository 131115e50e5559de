"""Look for faces in a defaced video again: what is found outside of the covers has leaked."""

from framewright.study import job
from framewright.study.record import read_record, write_record
from framewright.tracks.privacy.deface import audit, open_finders, read_faces

log = job.start(snakemake)
given, settings = snakemake.input, snakemake.params.settings

result = audit(
    given.video,
    read_record(given.record),
    read_faces(given.found),
    open_finders(settings | {"threshold": settings["audit"]["threshold"]}),
    settings["audit"]["frames"],
)
with job.whole(snakemake.output.audit) as path:
    write_record(path, result)
log.info("%d of %d detections in %d frames are not covered", result["open"], result["seen"], result["looked_at"])
