"""Draw the segments of all videos over time, and compare cuts with the truth where it is known."""

from pathlib import Path

from framewright.study import job
from framewright.study.record import read_lines
from framewright.tracks.segments.score import cut_frames, format_scores, score_cuts
from framewright.tracks.segments.timeline import draw_timeline
from framewright.truth import read_truth

log = job.start(snakemake)
inputs, outputs = snakemake.input, snakemake.output

records = {account["video"]: account["segments"] for account in read_lines(inputs.accounts)}
known = {Path(path).parent.name: read_truth(path) for path in inputs.truths}
truths = {video: truth for video, truth in known.items() if truth.frames and records[video]["span"]}
scores = {
    video: score_cuts(cut_frames(records[video]["cuts"], truth), truth.transitions) for video, truth in truths.items()
}

with job.whole(outputs.scores) as path:
    path.write_text(format_scores(scores), encoding="utf-8")
with job.whole(outputs.picture) as path:
    totals = {video: by_kind["all"] for video, by_kind in scores.items()}
    path.write_text(draw_timeline([record for _, record in sorted(records.items())], truths, totals), encoding="utf-8")
log.info("%d videos, %d of them with a truth", len(records), len(truths))
