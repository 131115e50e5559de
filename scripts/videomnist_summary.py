"""Say of every picture, every video, and every film of a class folder what became of it."""

from itertools import chain

from framewright.study import job
from framewright.study.funnel import read_outcomes, write_outcomes
from framewright.videomnist.pictures import drawn

log = job.start(snakemake)

films = chain.from_iterable(map(read_outcomes, snakemake.input.films))
videos = drawn(snakemake.params.videos)
with job.whole(snakemake.output.outcomes) as path:
    write_outcomes(path, chain(read_outcomes(snakemake.input.pictures), videos, films))
log.info("%s videos drawn", snakemake.params.videos)
