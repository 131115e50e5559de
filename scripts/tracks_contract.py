"""Check what segments, defaced videos, tracks and clips promise; a broken promise fails the build."""

from pathlib import Path

from framewright.study import job
from framewright.study.contract import hold, write_contract
from framewright.study.record import read_record
from framewright.tracks.clips import contract as clip_contract
from framewright.tracks.objects.contract import check_objects
from framewright.tracks.privacy.contract import check_privacy
from framewright.tracks.segments.contract import check_segments

log = job.start(snakemake)
given = snakemake.input

texts = (Path(path).read_text(encoding="utf-8") for path in given.texts)
segments = zip(map(read_record, given.records), texts, strict=True)
private = zip(*(map(read_record, files) for files in (given.probes, given.privacy, given.audits)), strict=True)
cuts = (
    clip_contract.read_video_clips(*own)
    for own in zip(given.records, given.metas, given.became, given.clips, strict=True)
)
findings = [
    *check_segments(segments, snakemake.params.limits),
    *check_privacy(list(private)),
    *check_objects(map(read_record, given.parsed), map(read_record, given.records)),
    *clip_contract.check_clips(cuts, **snakemake.params.clips),
]
with job.whole(snakemake.output.contract) as path:
    write_contract(path, hold(findings, log))
