"""Turn an annotation file that the table names into the truth of its video."""

import json
from pathlib import Path

from framewright.sources.mot import read_annotations
from framewright.study import job
from framewright.truth import write_truth

log = job.start(snakemake)

probe = json.loads(Path(snakemake.input.probe).read_text(encoding="utf-8"))
truth = read_annotations(snakemake.input.annotations, probe)

with job.whole(snakemake.output.truth) as path:
    write_truth(path, truth)
log.info("%d objects", len(truth.objects))
