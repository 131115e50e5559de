"""Show objects of a scene as they are followed, with the labels of their samples."""

from framewright.flexpatch.samples.observations import read_known
from framewright.flexpatch.samples.preview import sheet
from framewright.flexpatch.tree.model import read_samples
from framewright.report.picture import write_png
from framewright.study import job
from framewright.study.record import read_record

log = job.start(snakemake)
given = snakemake.input

samples = read_samples(given.samples)
picture = sheet(given.video, read_record(given.probe)["use"], samples, read_known(given.known))
with job.whole(snakemake.output.sheet) as path:
    write_png(path, picture)
log.info("%d samples", len(samples))
