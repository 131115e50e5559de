"""Follow a video's detected objects, and write a line for each track that is worth keeping."""

from framewright.study import job
from framewright.study.definition import compute_definition
from framewright.study.record import write_record
from framewright.tracks.meta import write_tracks
from framewright.tracks.objects.detections import DetectionsReader
from framewright.tracks.objects.follow import follow
from framewright.tracks.objects.options import Association, Keep

log = job.start(snakemake)
inputs, outputs, settings = snakemake.input, snakemake.output, snakemake.params.settings

tracks, record = follow(
    DetectionsReader(inputs.detections),
    snakemake.wildcards.video,
    Association(**settings["association"]),
    Keep(**settings["keep"]),
)
with job.whole(outputs.record) as path:
    write_record(path, record | {"settings": compute_definition(settings)}, indent=None)
with job.whole(outputs.meta) as path:
    write_tracks(path, tracks)
dropped = ", ".join(f"{count} {reason}" for reason, count in record["dropped"].items() if count) or "none"
log.info("%d tracks; dropped: %s", len(tracks), dropped)
