"""Choose the subsets, and say by class what was asked, found, taken and relaxed."""

from framewright.study import job
from framewright.study.declared import read_declared
from framewright.study.funnel import write_stages
from framewright.tracks.curation import study
from framewright.tracks.curation.evaluation import read_evaluation_videos
from framewright.tracks.curation.options import read_subset
from framewright.tracks.curation.relaxation import count_fills, write_fills
from framewright.tracks.curation.stages import list_stages
from framewright.tracks.split_table import read_splits

log = job.start(snakemake)
inputs, outputs, settings = snakemake.input, snakemake.output, snakemake.params.settings

subsets = [read_subset(item, settings["seed"]) for item in settings["subsets"]]
pairs = study.read_pairs(inputs.pairs) if settings["remove"] else []
lines = [line for path in inputs.evaluation for line in read_evaluation_videos(path)]
table, tracks, left_out = study.open_study(inputs.index, subsets, read_declared(inputs.declared), lines, pairs)
with job.whole(outputs.left_out) as path:
    study.write_rows(path, study.LeftOut, left_out)
files = {subset.name: pair for subset, *pair in zip(subsets, outputs.rows, outputs.fills, strict=True)}
splits, filled = read_splits(inputs.splits), {}
for subset, choice in study.make_subsets(tracks, subsets, study.read_id_lists(subsets)):
    rows, relaxation = files[subset.name]
    with job.whole(rows) as path:
        study.write_table(path, study.subset_table(table, subset, choice, splits))
    filled[subset] = count_fills(subset, choice, tracks.classes[choice.places], tracks.names)
    with job.whole(relaxation) as path:
        write_fills(path, filled[subset])
    log.info("%s: %d tracks", subset.name, len(choice.places))
stages = list_stages(len(tracks) + len(left_out), left_out, {subset: filled[subset] for subset in subsets})
with job.whole(outputs.stages) as path:
    write_stages(path, stages)
log.info("%d tracks to choose from, %d left out", len(tracks), len(left_out))
