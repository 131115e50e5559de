"""Measure the models of all arms beside baselines and the bound, and draw what was found."""

from framewright.persistence.arm_folder import STEM
from framewright.persistence.charts import make_evaluation_page, write_attention, write_curves
from framewright.persistence.evaluate import evaluate
from framewright.persistence.models import read_model
from framewright.persistence.specs import build_variant
from framewright.persistence.store import Clips
from framewright.study import job
from framewright.study.record import read_record, write_record

log = job.start(snakemake)
inputs, outputs, settings = snakemake.input, snakemake.output, snakemake.params.settings
sure, seed = settings["early_exit"], settings["seed"]

variants = {arm["name"]: build_variant(arm["variant"]) for arm in settings["arms"]}
arms = {name: Clips(folder, STEM) for name, folder in zip(variants, inputs.datasets, strict=True)}
audits = {name: read_record(path) for name, path in zip(variants, inputs.audits, strict=True)}
paths = iter(inputs.models)
models = {arm["name"]: {task: read_model(next(paths)) for task in arm["tasks"]} for arm in settings["arms"]}
found = {}
for name, clips in job.start_progress()(arms.items(), len(arms), "arms"):
    others = {
        other: trained["persistence"] for other, trained in models.items() if other != name and "persistence" in trained
    }
    found[name] = evaluate(clips, variants[name], audits[name], models[name], others, sure, seed)

with job.whole(outputs.figures) as path:
    write_record(path, found)
with job.whole(outputs.page) as path:
    path.write_text(make_evaluation_page(found, sure), encoding="utf-8")
with job.whole(outputs.curves) as path:
    write_curves(path, found)
with job.whole(outputs.attention) as path:
    write_attention(path, arms, models)
log.info("%s", {name: figures["frames"] for name, figures in found.items()})
