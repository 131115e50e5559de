"""Say for the funnel what became of each video, segment, object and clip; show how long tracks are, and of what."""

from itertools import chain

from framewright.study import job
from framewright.study.funnel import write_outcomes
from framewright.study.record import read_record
from framewright.tracks.clips.preview import draw_histograms
from framewright.tracks.clips.record import read_clips
from framewright.tracks.meta import read_tracks
from framewright.tracks.objects.contract import warn_of_limits, warn_of_nothing
from framewright.tracks.outcomes import list_outcomes

log = job.start(snakemake)
inputs, outputs = snakemake.input, snakemake.output

stages = inputs.records, inputs.privacy, inputs.audits, inputs.parsed
segments, privacy, audits, searches = ([read_record(path) for path in paths] for paths in stages)
videos = [record["video"] for record in segments]
clips = ((video, clip) for video, path in zip(videos, inputs.clips, strict=True) for clip in read_clips(path))
with job.whole(outputs.outcomes) as path:
    write_outcomes(path, list_outcomes(segments, privacy, audits, searches, clips))
with job.whole(outputs.picture) as path:
    path.write_text(draw_histograms(chain.from_iterable(map(read_tracks, inputs.metas))), encoding="utf-8")
hints = warn_of_nothing(searches), warn_of_limits(searches)
log.info("%d videos. %s", len(videos), " ".join(filter(None, hints)))
job.open_terminal().writelines(f"{hint}\n" for hint in hints if hint)
