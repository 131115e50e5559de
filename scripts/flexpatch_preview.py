"""Show the tracks of a scene, coloured by the labels of their samples."""

from framewright.flexpatch.preview import draw_sheet
from framewright.flexpatch.samples.observations import read_observations
from framewright.flexpatch.tree.model import read_samples
from framewright.report.picture import write_png
from framewright.study import job
from framewright.video.probe import read_probe

log = job.start(snakemake)
inputs = snakemake.input

samples = read_samples(inputs.samples)
picture = draw_sheet(inputs.video, read_probe(inputs.probe).use, samples, read_observations(inputs.observations))
with job.whole(snakemake.output.sheet) as path:
    write_png(path, picture)
log.info("%d samples", len(samples))
