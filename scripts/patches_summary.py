"""Say for the funnel what became of each film, of each place that was tried, and of each patch that was wanted."""

import json
from pathlib import Path

from framewright.patches.attempts import read_attempts
from framewright.patches.outcomes import outcomes
from framewright.study import job
from framewright.study.funnel import write_outcomes

log = job.start(snakemake)

attempts = {video: [] for video in snakemake.params.videos}
for video, part in zip(snakemake.params.video_of_part, snakemake.input.parts, strict=True):
    attempts[video] += read_attempts(Path(part, "attempts.tsv"))
plans = [json.loads(Path(plan).read_text(encoding="utf-8")) for plan in snakemake.input.plans]
with job.whole(snakemake.output.outcomes) as path:
    write_outcomes(path, outcomes(plans, attempts))
log.info("%d attempts", sum(map(len, attempts.values())))
