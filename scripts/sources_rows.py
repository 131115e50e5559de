"""Say of a bucket of videos what became of each, as a table, as outcomes and as promises that hold or are broken."""

from framewright.sources.contract import check_bucket, read_sources
from framewright.sources.outcome import read_outcome
from framewright.sources.summary import summarise_videos
from framewright.study import job
from framewright.study.contract import write_parts
from framewright.study.declared import read_declared
from framewright.study.funnel import write_outcomes
from framewright.video.probe import read_probe

log = job.start(snakemake)
inputs, outputs = snakemake.input, snakemake.output

videos = zip(map(read_outcome, inputs.sources), map(read_probe, inputs.probes), strict=True)
text, outcomes, counts = summarise_videos(videos, read_declared([inputs.declared]))
with job.whole(outputs.table) as path:
    path.write_text(text, encoding="utf-8")
with job.whole(outputs.outcomes) as path:
    write_outcomes(path, outcomes)
sources = read_sources(inputs.files, inputs.sources, inputs.probes, inputs.truths)
with job.whole(outputs.promises) as path:
    write_parts(path, check_bucket(sources, {}))
log.info("%s", counts)
