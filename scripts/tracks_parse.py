"""Follow the objects in a video's segments, and write a line for each track that is worth keeping."""

from pathlib import Path

from framewright.study import job
from framewright.tracks.meta import write_tracks
from framewright.tracks.objects.contract import write_record
from framewright.tracks.objects.parse import association_of, detector_of, parse, wanted_of
from framewright.tracks.segments.segments import parse_segments

log = job.start(snakemake)
given, settings = snakemake.input, snakemake.params.settings

tracks, record = parse(
    given.video,
    snakemake.wildcards.video,
    parse_segments(Path(given.segments).read_text(encoding="utf-8")),
    detector_of(settings["detector"], given.weights, given.prompts),
    association_of(settings),
    wanted_of(settings),
    settings["detector"]["batch"],
)
with job.whole(snakemake.output.record) as path:
    write_record(path, record)
with job.whole(snakemake.output.meta) as path:
    write_tracks(path, tracks)
log.info("%d tracks; dropped: %s", len(tracks), record["dropped"])
