"""Say for the funnel what became of each video, of each segment of each object followed, and of each clip."""

from itertools import chain

from framewright import job
from framewright.funnel import write_outcomes
from framewright.tracks import clip_file, parsed
from framewright.tracks.outcomes import outcomes
from framewright.tracks.record import read_record

log = job.start(snakemake)

found = list(map(read_record, snakemake.input.parsed))
became = zip(snakemake.params.videos, map(clip_file.read_clips, snakemake.input.clips), strict=True)
clips = ((video, clip) for video, own in became for clip in own)
stages = (outcomes(map(read_record, snakemake.input.records)), parsed.outcomes(found), clip_file.outcomes(clips))
with job.whole(snakemake.output.outcomes) as path:
    write_outcomes(path, chain(*stages))
log.info("%d videos. %s", len(snakemake.input.records), parsed.found_nothing(found))
