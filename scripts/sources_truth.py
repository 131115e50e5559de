"""Turn an annotation file that the table names into the truth of its video."""

from framewright.sources.mot import read_annotations
from framewright.study import job
from framewright.truth import write_truth
from framewright.video.probe import read_probe

log = job.start(snakemake)

truth = read_annotations(snakemake.input.annotations, read_probe(snakemake.input.probe))

with job.whole(snakemake.output.truth) as path:
    write_truth(path, truth)
log.info("%d objects", len(truth.objects))
