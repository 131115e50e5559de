"""Show what the subsets took of what there was, what thresholds of motion look like, and near duplicates."""

from framewright.report.picture import write_sheets
from framewright.report.style import write_figure
from framewright.study import job
from framewright.tracks.curation.charts import (
    draw_classes,
    draw_metrics,
    draw_relaxation,
    read_subset_rows,
)
from framewright.tracks.curation.options import read_subset
from framewright.tracks.curation.preview import draw_examples, draw_pairs, read_shown
from framewright.tracks.curation.relaxation import read_fills
from framewright.tracks.curation.study import read_candidates, read_left_out, read_pairs

log = job.start(snakemake)
inputs, outputs, settings = snakemake.input, snakemake.output, snakemake.params.settings

subsets = [read_subset(item, settings["seed"]) for item in settings["subsets"]]
fills = dict(zip(subsets, map(read_fills, inputs.fills), strict=True))
rows = dict(zip(subsets, map(read_subset_rows, inputs.rows), strict=True))
without = {(track.video, track.track) for track in read_left_out(inputs.left_out)}
_, tracks = read_candidates(inputs.index, False, without)
figures = (
    (outputs.relaxation, draw_relaxation(fills)),
    (outputs.classes, draw_classes(tracks, rows)),
    (outputs.metrics, draw_metrics(tracks, rows)),
)
for target, figure in figures:
    with job.whole(target) as path:
        write_figure(path, figure)
shown = read_shown(inputs.index, inputs.clips)
pairs = draw_pairs(shown, read_pairs(inputs.pairs))
with job.whole(outputs.sheets) as folder:
    write_sheets(folder, {"thresholds": draw_examples(shown, subsets), "duplicates": pairs})
log.info("%d subsets, %d clips to show", len(subsets), len(shown))
