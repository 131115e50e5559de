"""Show how the features of urgent samples differ from those of others."""

from framewright import job
from framewright.flexpatch.model import read_samples
from framewright.flexpatch.preview import write_histograms

log = job.start(snakemake)

samples = read_samples(snakemake.input.data)
with job.whole(snakemake.output.picture) as path:
    write_histograms(path, samples)
log.info("%d samples", len(samples))
