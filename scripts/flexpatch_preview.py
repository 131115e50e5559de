"""Show the tracks of a scene, coloured by the labels of their samples, and some samples by themselves."""

from framewright.flexpatch.preview import draw_samples
from framewright.flexpatch.samples.observations import read_observations
from framewright.flexpatch.tree.model import read_samples
from framewright.report.gallery.posters import write_posters
from framewright.report.picture import write_sheets
from framewright.study import job
from framewright.video.probe import read_probe

log = job.start(snakemake)
inputs, outputs = snakemake.input, snakemake.output

samples, observations = read_samples(inputs.samples), read_observations(inputs.observations)
video = snakemake.wildcards.video
sheet, posters = draw_samples(video, inputs.video, read_probe(inputs.probe).use, samples, observations)
with job.whole(outputs.sheets) as folder:
    write_sheets(folder, {"samples": sheet})
with job.whole(outputs.posters) as path:
    write_posters(path, posters)
log.info("%d samples, %d posters", len(samples), len(posters))
