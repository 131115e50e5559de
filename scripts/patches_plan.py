"""Plan which windows of a film are cut, once its picture, its colours and its quality are known."""

import json
from pathlib import Path

from framewright.patches.formats import categories_of, split_of
from framewright.patches.record import make_plan, write_frames, write_plan
from framewright.study import job

log = job.start(snakemake)
given, settings = snakemake.params, snakemake.params.settings

record, frames = make_plan(
    snakemake.input.video,
    json.loads(Path(snakemake.input.probe).read_text(encoding="utf-8")),
    counts=given.counts,
    categories=categories_of(settings),
    split=split_of(snakemake.wildcards.video, given.split, settings["val"]),
    windows_per_part=settings["windows_per_part"],
    seed=given.seed,
    colour=settings["colour"],
    frame=settings["frame"],
    limits=settings["quality"],
)

with job.whole(snakemake.output.frames) as path:
    write_frames(path, frames)
with job.whole(snakemake.output.plan) as path:
    write_plan(path, record)
log.info("%s", record["detail"] or f"{len(frames):,} frames, {record['counts']}, {len(record['lost'])} can't be had")
