"""Record with what the results were made: packages, FFmpeg, weights, code, configuration, kind of machine."""

from pathlib import Path

from framewright.study import job
from framewright.study.machine import ffmpeg_builds, processor, system
from framewright.study.manifest import sha256_of
from framewright.study.record import write_record
from framewright.study.versions import earlier, git, read_versions

log = job.start(snakemake)
settings, target = snakemake.params.settings, snakemake.output.versions

record = {
    "framewright": settings["house"],
    **system(),
    "snakemake": settings["packages"]["snakemake"],
    "git": git(Path(snakemake.resources.house)),
    "config": settings["config"],
    "videos": settings["videos"],
    "ffmpeg": ffmpeg_builds(),
    "weights": {path: sha256_of(path) for path in settings["weights"]},
    "processor": processor(),
    "packages": settings["packages"],
    "earlier": earlier(read_versions(target), settings["packages"]),
}

with job.whole(target) as path:
    write_record(path, record)
log.info("%d packages", len(settings["packages"]))
