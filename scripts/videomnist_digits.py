"""Gather the digits to set in motion, leave out what can't be used, and say why."""

from framewright.study import job
from framewright.study.funnel import write_outcomes
from framewright.videomnist.digits import gather, write_digits
from framewright.videomnist.pictures import select
from framewright.videomnist.render import Look

log = job.start(snakemake)

found = gather(snakemake.params.digits, [*snakemake.input.files, *snakemake.input.fetched])
digits, items = select(found, Look(**snakemake.params.look))

with job.whole(snakemake.output.digits) as path:
    write_digits(path, digits)
with job.whole(snakemake.output.pictures) as path:
    write_outcomes(path, items)
log.info("%s", {split: len(part.images) for split, part in digits.items()})
