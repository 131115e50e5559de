"""Train the model that ships on drawn scenes, rate it on others, and write its card."""

import pandas as pd

from framewright.flexpatch.tree.forest import write_forest
from framewright.flexpatch.tree.practice import Recipe, draw_samples, open_practice_detector
from framewright.flexpatch.tree.pretraining import format_card, pretrain
from framewright.study import job

log = job.start(snakemake)
inputs, outputs, settings = snakemake.input, snakemake.output, snakemake.params.settings

recipe = Recipe(**settings["recipe"])
detector = open_practice_detector(inputs.weights)
tables = []
count = recipe.scenes + recipe.held_out
for table in job.start_progress()(draw_samples(recipe, detector, 0, count), count, "scenes"):
    tables.append(table)
    log.info("scene %d: %d samples", len(tables), len(table))
card = pretrain(pd.concat(tables[: recipe.scenes]), pd.concat(tables[recipe.scenes :]), recipe)
with job.whole(outputs.model) as path:
    write_forest(path, card)
with job.whole(outputs.card) as path:
    path.write_text(format_card(card), encoding="utf-8")
log.info("%s", format_card(card))
