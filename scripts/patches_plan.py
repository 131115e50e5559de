"""Plan which windows of a film are cut, once its picture, its colours and its quality are measured."""

from dataclasses import replace

from framewright.patches.film import QualityLimits
from framewright.patches.formats import load_categories
from framewright.patches.record import make_plan, write_frames, write_plan
from framewright.patches.view import Rendering
from framewright.study import job
from framewright.video.probe import read_probe

log = job.start(snakemake)
inputs, outputs, settings = snakemake.input, snakemake.output, snakemake.params.settings

plan, frames = make_plan(
    inputs.video,
    read_probe(inputs.probe),
    counts=settings["counts"],
    categories=load_categories(settings["categories"]),
    split=settings["split"],
    windows_per_part=settings["windows_per_part"],
    seed=settings["seed"],
    rendering=Rendering(**settings["rendering"]),
    limits=QualityLimits(**settings["limits"]),
    progress=job.start_progress(),
)

with job.whole(outputs.frames) as path:
    write_frames(path, frames)
with job.whole(outputs.plan) as path:
    write_plan(path, replace(plan, definition=settings["definition"]))
log.info("%s", plan.detail or f"{len(frames):,} frames, {plan.counts}, {len(plan.lost)} windows can't be had")
