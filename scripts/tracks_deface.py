"""Cover the faces in a video, and the plates where weights for them are given, or link it where there are none."""

from framewright.study import job
from framewright.study.definition import compute_definition
from framewright.study.record import hash_file, write_record
from framewright.tracks.privacy.deface import deface, write_faces
from framewright.tracks.privacy.options import DefaceSettings, FinderSettings
from framewright.video.probe import read_probe

log = job.start(snakemake)
inputs, outputs, settings = snakemake.input, snakemake.output, snakemake.params.settings["deface"]

finders = FinderSettings(**settings["finders"])
with job.whole(outputs.video) as path:
    record, found, times = deface(
        inputs.video,
        path,
        read_probe(inputs.probe),
        DefaceSettings(**settings | {"finders": finders}),
        job.start_progress(),
    )
record |= {"sha256": hash_file(outputs.video), "settings": compute_definition(settings)}
with job.whole(outputs.found) as path:
    write_faces(path, found, times)
with job.whole(outputs.record) as path:
    write_record(path, record)
log.info("%s: %d faces followed in %d frames", record["status"], record["chains"], record["frames"])
