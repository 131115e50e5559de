"""Train the tree that says which tracks to look at again, rate it on what it has not seen, and write all about it."""

from framewright.flexpatch.follow.features import read_definition
from framewright.flexpatch.tree.histograms import write_histograms
from framewright.flexpatch.tree.model import TreeSettings, read_samples, write_card
from framewright.flexpatch.tree.picture import tree_picture
from framewright.flexpatch.tree.report import story
from framewright.flexpatch.tree.training import Splitting, train
from framewright.study import job
from framewright.study.record import read_record, write_record

log = job.start(snakemake)
given, result, settings = snakemake.input, snakemake.output, dict(snakemake.params.model)

side = read_record(given.side)
compare = settings.pop("compare")
samples = read_samples(given.data)
trained = train(
    samples,
    side,
    read_definition(side, given.side),
    TreeSettings(**settings),
    Splitting(**snakemake.params.split),
    snakemake.params.splits,
    compare,
)
with job.whole(result.model) as path:
    path.write_bytes(trained.content)
with job.whole(result.card) as path:
    write_card(path, trained.card)
with job.whole(result.summary) as path:
    write_record(path, trained.summary)
with job.whole(result.story) as path:
    path.write_text(story(trained.summary), encoding="utf-8")
with job.whole(result.picture) as path:
    path.write_text(tree_picture(trained.card, trained.summary), encoding="utf-8")
with job.whole(result.histograms) as path:
    write_histograms(path, samples)
log.info("%s", story(trained.summary))
