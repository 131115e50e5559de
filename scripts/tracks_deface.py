"""Cover the faces in a video, and the plates where weights for them are given, or link it where there are none."""

import json
from pathlib import Path

from framewright.study import job
from framewright.study.record import write_record
from framewright.tracks.privacy.deface import deface, write_faces

log = job.start(snakemake)
given = snakemake.input

with job.whole(snakemake.output.video) as path:
    record, found, times = deface(
        given.video,
        path,
        json.loads(Path(given.probe).read_text(encoding="utf-8")),
        snakemake.params.settings,
    )
with job.whole(snakemake.output.found) as path:
    write_faces(path, found, times)
with job.whole(snakemake.output.record) as path:
    write_record(path, record)
log.info("%s: %d faces followed in %d frames", record["status"], record["chains"], record["frames"])
