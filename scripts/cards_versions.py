"""Record with what the results were made: packages, FFmpeg, weights, code, configuration, kind of machine."""

from pathlib import Path

from framewright.study import job
from framewright.study.machine import ask, describe_processor, describe_system, ffmpeg_builds
from framewright.study.manifest import sha256_of
from framewright.study.record import write_record
from framewright.study.versions import describe_commit, find_changes, read_versions

log = job.start(snakemake)
settings, target = snakemake.params.settings, snakemake.output.versions

record = {
    "framewright": settings["house"],
    **describe_system(),
    "snakemake": settings["packages"].get("snakemake"),
    "git": ask(describe_commit, Path(snakemake.resources.house), log=log),
    "config": settings["config"],
    "videos": settings["videos"],
    "ffmpeg": ask(ffmpeg_builds, log=log),
    "weights": {path: ask(sha256_of, path, log=log) for path in settings["weights"]},
    "processor": ask(describe_processor, log=log),
    "packages": settings["packages"],
    "earlier": find_changes(read_versions(target), settings["packages"]),
}

with job.whole(target) as path:
    write_record(path, record)
log.info("%d packages", len(settings["packages"]))
