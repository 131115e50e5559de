"""Train the demo's detector on rendered scenes, and say on its card how good it is on others."""

from pathlib import Path

from framewright.study import job
from framewright.tracks.demo_detector.train import Recipe, make_detector, write_card

log = job.start(snakemake)
recipe, network = Recipe(**snakemake.params.recipe), Path(snakemake.input.network)

with job.whole(snakemake.output.practice) as folder, job.whole(snakemake.output.weights) as path:
    card = make_detector(path, network, recipe, folder)
with job.whole(snakemake.output.card) as path:
    write_card(path, card)
log.info("mAP50 %s", card["map50"])
