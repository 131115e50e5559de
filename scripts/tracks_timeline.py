"""Draw the segments of all films over time, and compare cuts with the truth where it is known."""

from framewright.study import job
from framewright.study.record import read_record
from framewright.tracks.segments.score import cut_frames, format_scores, score_cuts
from framewright.tracks.segments.timeline import draw_timeline
from framewright.truth import read_truth

log = job.start(snakemake)

records = {record["video"]: record for record in map(read_record, snakemake.input.records)}
truths = dict(zip(snakemake.params.known, map(read_truth, snakemake.input.truths), strict=True))
known = {video: truth for video, truth in truths.items() if truth.frames and records[video]["span"]}
scores = {video: score_cuts(cut_frames(records[video]["cuts"], own), own.transitions) for video, own in known.items()}

with job.whole(snakemake.output.scores) as path:
    path.write_text(format_scores(scores), encoding="utf-8")
with job.whole(snakemake.output.picture) as path:
    totals = {video: own["all"] for video, own in scores.items()}
    path.write_text(draw_timeline(list(records.values()), known, totals), encoding="utf-8")
log.info("%d videos, %d of them with a truth", len(records), len(known))
