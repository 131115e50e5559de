"""Measure the models of all arms beside baselines and the bound, and draw what was found."""

import json

from framewright.persistence.charts import evaluation_page, write_attention, write_curves
from framewright.persistence.evaluate import evaluate
from framewright.persistence.gather import STEM
from framewright.persistence.models import read_model
from framewright.persistence.store import Clips
from framewright.persistence.transients import Variant
from framewright.study import job

log = job.start(snakemake)
given, output = snakemake.params, snakemake.output

arms = {name: Clips(folder, STEM) for name, folder in zip(given.recipes, snakemake.input.datasets, strict=True)}
paths = iter(snakemake.input.models)
models = {name: {task: read_model(next(paths)) for task in tasks} for name, tasks in given.tasks.items()}
found = {}
for name, clips in arms.items():
    others = {other: own["persistence"] for other, own in models.items() if other != name and "persistence" in own}
    found[name] = evaluate(clips, Variant(**given.recipes[name]), models[name], others, given.sure, given.seed)

with job.whole(output.figures) as path:
    path.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
with job.whole(output.page) as path:
    path.write_text(evaluation_page(found, given.sure), encoding="utf-8")
with job.whole(output.curves) as path:
    write_curves(path, found)
with job.whole(output.attention) as path:
    write_attention(path, arms, models)
log.info("%s", {name: own["frames"] for name, own in found.items()})
