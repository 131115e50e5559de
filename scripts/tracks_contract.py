"""Check what segments, tracks and clips promise; a broken promise fails the build."""

from pathlib import Path

from framewright import job
from framewright.contract import hold, write_contract
from framewright.tracks import clip_contract
from framewright.tracks.contract import contract
from framewright.tracks.parsed import tracked
from framewright.tracks.record import read_record

log = job.start(snakemake)

texts = (Path(path).read_text(encoding="utf-8") for path in snakemake.input.texts)
findings = contract(
    zip(map(read_record, snakemake.input.records), texts, strict=True),
    snakemake.params.limits,
)
findings += tracked(map(read_record, snakemake.input.parsed), map(read_record, snakemake.input.records))
given = snakemake.input
files = zip(given.records, given.metas, given.became, given.clips, strict=True)
cuts = (clip_contract.read_cut(*own) for own in files)
findings += clip_contract.contract(cuts, **snakemake.params.clips)
with job.whole(snakemake.output.contract) as path:
    write_contract(path, hold(findings, log))
