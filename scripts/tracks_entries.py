"""Put the entries of users' videos on one page."""

from pathlib import Path

from framewright.study import job
from framewright.tracks.entry import write_page

log = job.start(snakemake)
inputs, outputs, settings = snakemake.input, snakemake.output, snakemake.params.settings

entries = [Path(path).read_text() for path in inputs.entries]
with job.whole(outputs.page) as path:
    path.write_text(write_page(entries, settings["rest"]))
log.info("%d videos", len(entries))
