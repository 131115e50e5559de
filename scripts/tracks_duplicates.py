"""Find tracks of different videos that show the same, and give each video a split, such videos the same one."""

from framewright.study import job
from framewright.study.declared import read_declared
from framewright.tracks.curation.options import Likeness
from framewright.tracks.curation.splits import split_study
from framewright.tracks.curation.study import Pair, find_pairs, write_rows
from framewright.tracks.split_table import write_splits

log = job.start(snakemake)
inputs, outputs, settings = snakemake.input, snakemake.output, snakemake.params.settings

pairs = find_pairs(inputs.index, Likeness(**settings["likeness"]))
with job.whole(outputs.pairs) as path:
    write_rows(path, Pair, pairs)
together = [(pair.video, pair.of_video) for pair in pairs]
splits, faults = split_study(read_declared(inputs.declared), together, settings["splits"], settings["seed"])
with job.whole(outputs.splits) as path:
    write_splits(path, splits)
log.info("%d pairs of near duplicates. %s", len(pairs), "; ".join(faults))
