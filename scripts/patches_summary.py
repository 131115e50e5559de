"""Say for the funnel what became of each film, of each place that was tried, and of each patch that was wanted."""

from pathlib import Path

from framewright.patches.attempts import read_attempts
from framewright.patches.outcomes import list_outcomes
from framewright.patches.record import read_plan
from framewright.study import job
from framewright.study.funnel import write_outcomes

log = job.start(snakemake)
inputs, outputs, settings = snakemake.input, snakemake.output, snakemake.params.settings

attempts = {video: [] for video in settings["videos"]}
for video, part in zip(settings["video_of_part"], inputs.parts, strict=True):
    attempts[video] += read_attempts(Path(part, "attempts.tsv"))
with job.whole(outputs.outcomes) as path:
    write_outcomes(path, list_outcomes(map(read_plan, inputs.plans), attempts))
log.info("%d attempts", sum(map(len, attempts.values())))
