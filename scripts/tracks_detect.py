"""Detect the objects in a video's segments, and store what was found in each searched frame."""

from pathlib import Path

from framewright.study import job
from framewright.study.definition import compute_definition
from framewright.tracks.objects.detect import detect_video, open_object_detector
from framewright.tracks.objects.identity import open_identifier
from framewright.tracks.objects.options import DetectorSettings
from framewright.tracks.segments.segments import parse_segments

log = job.start(snakemake)
inputs, outputs, settings = snakemake.input, snakemake.output, snakemake.params.settings

how = DetectorSettings(**settings["detector"])
detector = open_object_detector(how, inputs.weights, inputs.prompts)
identify = open_identifier(inputs.reid[0]) if inputs.reid else None
segments = parse_segments(Path(inputs.segments).read_text(encoding="utf-8"))
with job.whole(outputs.detections) as path:
    found = detect_video(
        *(inputs.video, path, segments, detector, how.rate, how.batch, job.start_progress()),
        compute_definition(settings),
        identify,
    )
log.info("%d detections in %d segments", found, len(segments))
