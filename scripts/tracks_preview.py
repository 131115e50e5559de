"""Show frames of a video before and after its faces were covered."""

from framewright import job
from framewright.picture import write_png
from framewright.tracks.before_after import before_after
from framewright.tracks.privacy import read_found

log = job.start(snakemake)
given = snakemake.input

with job.whole(snakemake.output.sheet) as path:
    write_png(path, before_after(given.source, given.video, read_found(given.found)))
log.info("%s", snakemake.output.sheet)
