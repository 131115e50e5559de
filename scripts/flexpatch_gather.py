"""Write the samples of all videos as one table, and describe it beside."""

from framewright.flexpatch.follow.features import DEFINITIONS
from framewright.flexpatch.rows import read_sample_rows
from framewright.flexpatch.samples.columns import Sample, write_samples
from framewright.flexpatch.samples.gather import agreement_page, agreement_table, describe_table, read_accounts
from framewright.study import job
from framewright.study.record import write_record

log = job.start(snakemake)
inputs, outputs, settings = snakemake.input, snakemake.output, snakemake.params.settings

records, truths, served = read_accounts(inputs.accounts)
side = describe_table(records, served, DEFINITIONS[settings["features"]])
with job.whole(outputs.data) as path:
    number = write_samples(path, (Sample(**row) for row in read_sample_rows(inputs.rows)))
with job.whole(outputs.side) as path:
    write_record(path, side)
text = agreement_table(truths)
with job.whole(outputs.agreement) as path:
    path.write_text(text, encoding="utf-8")
with job.whole(outputs.page) as path:
    path.write_text(agreement_page(text), encoding="utf-8")
log.info("%d samples of %d videos", number, len(records))
