"""Follow the objects in a video's segments, and write a line for each track that is worth keeping."""

from pathlib import Path

from framewright.study import job
from framewright.tracks.meta import write_tracks
from framewright.tracks.objects.contract import write_record
from framewright.tracks.objects.options import Association, DetectorSettings, Keep
from framewright.tracks.objects.parse import open_objects_detector, parse
from framewright.tracks.segments.segments import parse_segments

log = job.start(snakemake)
inputs, outputs, settings = snakemake.input, snakemake.output, snakemake.params.settings

detector = DetectorSettings(**settings["detector"])
tracks, record = parse(
    inputs.video,
    snakemake.wildcards.video,
    parse_segments(Path(inputs.segments).read_text(encoding="utf-8")),
    open_objects_detector(detector, inputs.weights, inputs.prompts),
    Association(**settings["association"]),
    Keep(**settings["keep"]),
    detector.batch,
)
with job.whole(outputs.record) as path:
    write_record(path, record)
with job.whole(outputs.meta) as path:
    write_tracks(path, tracks)
log.info("%d tracks; dropped: %s", len(tracks), record["dropped"])
