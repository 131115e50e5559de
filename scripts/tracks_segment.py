"""Find the segments of a video: between its cuts, and worth using."""

from framewright.study import job
from framewright.study.definition import compute_definition
from framewright.study.record import write_record
from framewright.tracks.segments.filters import make_judges
from framewright.tracks.segments.find import find_segments, open_cut_detector
from framewright.tracks.segments.options import CutSettings, Lengths, Limits, ModelFilters
from framewright.tracks.segments.segments import format_segments
from framewright.video.probe import read_probe

log = job.start(snakemake)
inputs, outputs, settings = snakemake.input, snakemake.output, snakemake.params.settings

record = find_segments(
    inputs.video,
    read_probe(inputs.probe),
    open_cut_detector(CutSettings(**settings["cuts"])),
    Lengths(**settings["lengths"]),
    make_judges(inputs.video, Limits(**settings["limits"]), ModelFilters(**settings["models"])),
    job.start_progress(),
)

with job.whole(outputs.record) as path:
    write_record(path, record | {"settings": compute_definition(settings)})
with job.whole(outputs.text) as path:
    path.write_text(format_segments(record["segments"]), encoding="utf-8")
log.info("%s", record["detail"] or f"{len(record['cuts'])} cuts, {len(record['segments'])} segments")
