"""Find the segments of a video: between its cuts, and worth using."""

import json
from pathlib import Path

from framewright.study import job
from framewright.study.record import write_record
from framewright.tracks.segments.choose import detector_of, judges_of, lengths_of
from framewright.tracks.segments.find import find_segments
from framewright.tracks.segments.segments import format_segments

log = job.start(snakemake)
settings = snakemake.params.settings

record = find_segments(
    snakemake.input.video,
    json.loads(Path(snakemake.input.probe).read_text(encoding="utf-8")),
    detector_of(settings),
    lengths_of(settings),
    judges_of(snakemake.input.video, settings),
)

with job.whole(snakemake.output.record) as path:
    write_record(path, record)
with job.whole(snakemake.output.text) as path:
    path.write_text(format_segments(record["segments"]), encoding="utf-8")
log.info("%s", record["detail"] or f"{len(record['cuts'])} cuts, {len(record['segments'])} segments")
