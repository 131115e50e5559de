"""Say for the funnel what became of each video, segment, object and clip; show how long tracks are, and of what."""

from framewright.study import job
from framewright.study.funnel import merge_outcomes, write_outcomes
from framewright.study.rows import read_rows
from framewright.tracks.clips.preview import draw_histograms
from framewright.tracks.objects.contract import warn_of_limits, warn_of_nothing
from framewright.tracks.outcomes import STAGES, read_accounts

log = job.start(snakemake)
inputs, outputs = snakemake.input, snakemake.output

with job.whole(outputs.outcomes) as path:
    write_outcomes(path, merge_outcomes(inputs.outcomes, STAGES))
tracks = read_rows(inputs.rows, ["start", "end", "name"], kept=False).to_pylist()
with job.whole(outputs.picture) as path:
    path.write_text(draw_histograms((row["end"] - row["start"], row["name"]) for row in tracks), encoding="utf-8")
searches = [account["search"] for account in read_accounts(inputs.accounts)]
hints = warn_of_nothing(searches), warn_of_limits(searches)
log.info("%d videos. %s", len(searches), " ".join(filter(None, hints)))
job.open_terminal().writelines(f"{hint}\n" for hint in hints if hint)
