"""List every final artifact with its size, its sha256 and the rule that made it."""

from framewright.study import job
from framewright.study.manifest import list_artifacts, read_digests, write_digests, write_manifest

log = job.start(snakemake)

known = read_digests(snakemake.params.settings["digests"])
rows, digests = list_artifacts(snakemake.input.artifacts, snakemake.params.settings["makers"], known, log)

with job.whole(snakemake.params.settings["digests"]) as path:
    write_digests(path, digests)
with job.whole(snakemake.output.manifest) as path:
    write_manifest(path, rows)
log.info("%d files", len(rows))
