"""Say of every picture, every video, and every film of a class folder what became of it."""

from itertools import chain

from framewright.study import job
from framewright.study.funnel import read_outcomes, write_outcomes
from framewright.videomnist.outcomes import list_videos

log = job.start(snakemake)
inputs, outputs, settings = snakemake.input, snakemake.output, snakemake.params.settings

films = chain.from_iterable(map(read_outcomes, inputs.films))
videos = list_videos(settings["videos"])
with job.whole(outputs.outcomes) as path:
    write_outcomes(path, chain(read_outcomes(inputs.pictures), videos, films))
log.info("%s videos drawn", settings["videos"])
