"""Record with what the results were made: packages, FFmpeg, weights, code, configuration, kind of machine."""

import json
from pathlib import Path

from framewright.study import job
from framewright.study.machine import ffmpeg_builds, processor, system
from framewright.study.manifest import sha256_of
from framewright.study.versions import earlier, git, read_versions

log = job.start(snakemake)
known, target = snakemake.params, snakemake.output.versions

record = {
    "framewright": known.house,
    **system(),
    "snakemake": known.packages["snakemake"],
    "git": git(Path(snakemake.resources.house)),
    "config": known.config,
    "videos": known.videos,
    "ffmpeg": ffmpeg_builds(),
    "weights": {path: sha256_of(path) for path in known.weights},
    "processor": processor(),
    "packages": known.packages,
    "earlier": earlier(read_versions(target), known.packages),
}

with job.whole(target) as path:
    path.write_text(json.dumps(record, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
log.info("%d packages", len(known.packages))
