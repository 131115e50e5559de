"""Check what the segments promise; a broken promise fails the build."""

from pathlib import Path

from framewright import job
from framewright.contract import hold, write_contract
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
with job.whole(snakemake.output.contract) as path:
    write_contract(path, hold(findings, log))
