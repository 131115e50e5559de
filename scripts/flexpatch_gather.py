"""Join the samples of all videos that may be trained with to one table, and describe it beside."""

from framewright.flexpatch.follow.features import DEFINITIONS
from framewright.flexpatch.samples.gather import agreement_page, agreement_table, describe_table, write_table
from framewright.study import job
from framewright.study.record import read_record, write_record

log = job.start(snakemake)
inputs, outputs, settings = snakemake.input, snakemake.output, snakemake.params.settings

truths = list(map(read_record, inputs.truths))
side = describe_table(list(map(read_record, inputs.records)), truths, DEFINITIONS[settings["features"]])
with job.whole(outputs.data) as path:
    number = write_table(path, inputs.samples)
with job.whole(outputs.side) as path:
    write_record(path, side)
text = agreement_table(truths)
with job.whole(outputs.agreement) as path:
    path.write_text(text, encoding="utf-8")
with job.whole(outputs.page) as path:
    path.write_text(agreement_page(text), encoding="utf-8")
log.info("%d samples of %d videos", number, len(truths))
