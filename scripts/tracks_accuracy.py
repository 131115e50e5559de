"""Rate the tracks of each video whose objects are annotated."""

from framewright.study import job
from framewright.study.record import read_record
from framewright.tracks.meta import read_tracks
from framewright.tracks.objects.accuracy import measure_video
from framewright.tracks.objects.accuracy_table import format_accuracy, make_accuracy_page
from framewright.tracks.objects.options import Keep
from framewright.truth import read_truth

log = job.start(snakemake)
inputs, outputs, settings = snakemake.input, snakemake.output, snakemake.params.settings

keep = Keep(**settings["keep"])
records = [read_record(path) for path in inputs.parsed]
files = zip(records, inputs.truths, inputs.metas, strict=True)
measured = {
    record["video"]: measure_video(read_truth(truth), record, read_tracks(meta), keep) for record, truth, meta in files
}
text = format_accuracy({video: accuracy for video, accuracy in measured.items() if accuracy})
with job.whole(outputs.table) as path:
    path.write_text(text, encoding="utf-8")
with job.whole(outputs.page) as path:
    path.write_text(make_accuracy_page(text), encoding="utf-8")
log.info("%s", text)
