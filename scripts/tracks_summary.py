"""Say for the funnel what became of each video, segment, object and clip; show how long tracks are, and of what."""

from itertools import chain

from framewright.study import job
from framewright.study.funnel import write_outcomes
from framewright.study.record import read_record
from framewright.tracks.clips import record
from framewright.tracks.clips.preview import draw_histograms
from framewright.tracks.meta import read_tracks
from framewright.tracks.objects import contract
from framewright.tracks.outcomes import list_segment_outcomes
from framewright.tracks.privacy.contract import list_outcomes

log = job.start(snakemake)
given = snakemake.input

private = list_outcomes(map(read_record, given.privacy), map(read_record, given.audits))
found = list(map(read_record, given.parsed))
became = zip(snakemake.params.videos, map(record.read_clips, given.clips), strict=True)
clips = ((video, clip) for video, own in became for clip in own)
stages = (
    private,
    list_segment_outcomes(map(read_record, given.records)),
    contract.list_outcomes(found),
    record.list_outcomes(clips),
)
with job.whole(snakemake.output.outcomes) as path:
    write_outcomes(path, chain(*stages))
with job.whole(snakemake.output.picture) as path:
    path.write_text(draw_histograms(chain.from_iterable(map(read_tracks, given.metas))), encoding="utf-8")
log.info("%d videos. %s", len(given.records), contract.warn_of_nothing(found))
