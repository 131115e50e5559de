"""Train the demo's detector on rendered scenes, and say on its card how good it is on others."""

from pathlib import Path

from framewright.study import job
from framewright.tracks.demo_detector.options import Recipe
from framewright.tracks.demo_detector.train import make_detector, write_card

log = job.start(snakemake)
inputs, outputs, settings = snakemake.input, snakemake.output, snakemake.params.settings

recipe, network = Recipe(**settings["training"]), Path(inputs.network)
with job.whole(outputs.practice) as folder, job.whole(outputs.weights) as path:
    card = make_detector(path, network, recipe, folder)
with job.whole(outputs.card) as path:
    write_card(path, card)
log.info("mAP50 %s", card["map50"])
