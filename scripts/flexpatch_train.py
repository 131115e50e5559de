"""Train the tree that predicts failing tracks, rate it on held-out samples, and describe it."""

from framewright.flexpatch.follow.features import read_definition
from framewright.flexpatch.tree.forest import load_forest
from framewright.flexpatch.tree.histograms import write_histograms
from framewright.flexpatch.tree.model import read_samples, write_card
from framewright.flexpatch.tree.options import Splitting, TreeSettings
from framewright.flexpatch.tree.picture import draw_tree
from framewright.flexpatch.tree.report import format_summary
from framewright.flexpatch.tree.training import train
from framewright.study import job
from framewright.study.record import read_record, write_record

log = job.start(snakemake)
inputs, outputs, settings = snakemake.input, snakemake.output, snakemake.params.settings

samples, side = read_samples(inputs.data), read_record(inputs.side)
trained = train(
    samples,
    side,
    read_definition(side, inputs.side),
    TreeSettings(**settings["tree"]),
    Splitting(**settings["splitting"]),
    settings["splits"],
    settings["compare"],
    load_forest(inputs.pretrained),
)
with job.whole(outputs.model) as path:
    path.write_bytes(trained.content)
with job.whole(outputs.card) as path:
    write_card(path, trained.card)
with job.whole(outputs.summary) as path:
    write_record(path, trained.summary)
with job.whole(outputs.text) as path:
    path.write_text(format_summary(trained.summary), encoding="utf-8")
with job.whole(outputs.picture) as path:
    path.write_text(draw_tree(trained.card, trained.summary), encoding="utf-8")
with job.whole(outputs.histograms) as path:
    write_histograms(path, samples)
log.info("%s", format_summary(trained.summary))
