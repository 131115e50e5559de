"""List every final artifact of a bucket's videos with its size, its sha256 and the rule that made it."""

from pathlib import Path

from framewright.study import job
from framewright.study.manifest import list_artifacts, read_digests, write_digests, write_manifest

log = job.start(snakemake)
inputs, settings = snakemake.input, snakemake.params.settings

known = read_digests(settings["digests"])
rows, digests = list_artifacts([*inputs.artifacts, *inputs.films], settings["makers"], known, log)

with job.whole(Path(settings["digests"], f"{snakemake.wildcards.bucket}.tsv")) as path:
    write_digests(path, digests)
with job.whole(snakemake.output.manifest) as path:
    write_manifest(path, rows)
log.info("%d files", len(rows))
