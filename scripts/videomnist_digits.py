"""Gather the digits to set in motion, leave out what can't be used, and say why."""

from framewright.study import job
from framewright.study.funnel import write_outcomes
from framewright.videomnist.clip_spec import GlyphSpec
from framewright.videomnist.digits import gather, write_digits
from framewright.videomnist.outcomes import select

log = job.start(snakemake)
inputs, outputs, settings = snakemake.input, snakemake.output, snakemake.params.settings

found = gather(settings["digits"], [*inputs.files, *inputs.fetched])
digits, items = select(found, GlyphSpec(**settings["glyph"]))

with job.whole(outputs.digits) as path:
    write_digits(path, digits)
with job.whole(outputs.pictures) as path:
    write_outcomes(path, items)
log.info("%s", {split: len(part.images) for split, part in digits.items()})
