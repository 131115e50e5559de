"""Show a demo scene on one sheet: frames with the truth that is known of them."""

import json
from pathlib import Path

from framewright.report.picture import write_png
from framewright.sources.preview import preview
from framewright.study import job
from framewright.truth import read_truth

log = job.start(snakemake)

probe = json.loads(Path(snakemake.input.probe).read_text(encoding="utf-8"))
sheet = preview(snakemake.input.video, probe, read_truth(snakemake.input.truth))

with job.whole(snakemake.output.sheet) as path:
    write_png(path, sheet)
log.info("a sheet of %d x %d pixels", sheet.shape[1], sheet.shape[0])
