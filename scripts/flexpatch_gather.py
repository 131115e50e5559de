"""Put the samples of all videos into one table, and say beside it what they are."""

from framewright.flexpatch.follow.features import DEFINITIONS, as_record
from framewright.flexpatch.samples.gather import agreement_page, agreement_table, side_of, write_table
from framewright.study import job
from framewright.study.record import read_record, write_record

log = job.start(snakemake)
given, result = snakemake.input, snakemake.output

truths = list(map(read_record, given.truths))
side = side_of(list(map(read_record, given.records)), truths, as_record(DEFINITIONS[snakemake.params.features]))
with job.whole(result.data) as path:
    number = write_table(path, given.samples)
with job.whole(result.side) as path:
    write_record(path, side)
text = agreement_table(truths)
with job.whole(result.agreement) as path:
    path.write_text(text, encoding="utf-8")
with job.whole(result.page) as path:
    path.write_text(agreement_page(text), encoding="utf-8")
log.info("%d samples of %d videos", number, len(truths))
