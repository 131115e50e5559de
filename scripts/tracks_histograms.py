"""Show how long the tracks of all videos are, and of which classes."""

from itertools import chain

from framewright import job
from framewright.tracks.clip_sheet import histograms
from framewright.tracks.meta import read_tracks

log = job.start(snakemake)

picture = histograms(chain.from_iterable(map(read_tracks, snakemake.input.metas)))
with job.whole(snakemake.output.picture) as path:
    path.write_text(picture, encoding="utf-8")
log.info("a picture of %d characters", len(picture))
