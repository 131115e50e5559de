"""Say how well tracks fit the truth, of each video whose objects are known."""

from framewright.study import job
from framewright.study.record import read_record
from framewright.tracks.meta import read_tracks
from framewright.tracks.objects.accuracy import measure_video
from framewright.tracks.objects.accuracy_table import format_accuracy, make_accuracy_page
from framewright.truth import read_truth

log = job.start(snakemake)
given, keep = snakemake.input, snakemake.params.keep

found = zip(given.truths, given.parsed, given.metas, strict=True)
videos = ((read_truth(truth), read_record(record), read_tracks(meta)) for truth, record, meta in found)
measured = {own[1]["video"]: measure_video(*own, keep["min_seconds"], keep["min_area"]) for own in videos}
text = format_accuracy({video: own for video, own in measured.items() if own})
with job.whole(snakemake.output.table) as path:
    path.write_text(text, encoding="utf-8")
with job.whole(snakemake.output.page) as path:
    path.write_text(make_accuracy_page(text), encoding="utf-8")
log.info("%s", text)
