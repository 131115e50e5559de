"""List every final artifact with its size, its sha256 and its rule: those of all buckets, and all others."""

from pathlib import Path

from framewright.study import job
from framewright.study.manifest import join_parts, list_artifacts, read_digests, write_digests, write_manifest

log = job.start(snakemake)
inputs, settings = snakemake.input, snakemake.params.settings

known = read_digests(settings["digests"])
rows, digests = list_artifacts([*inputs.artifacts, *inputs.films], settings["makers"], known, log)

with job.whole(Path(settings["digests"], "study.tsv")) as path:
    write_digests(path, digests)
with job.whole(snakemake.output.manifest) as path:
    write_manifest(path, join_parts(rows, inputs.parts))
log.info("%d files of the whole study", len(rows))
