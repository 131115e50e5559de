"""Check what segments, defaced videos, tracks and clips promise; a broken promise fails the build."""

from framewright.study import job
from framewright.study.contract import hold, write_contract
from framewright.tracks.clips.options import ClipSettings
from framewright.tracks.contract import TracksFiles, check_tracks
from framewright.tracks.segments.options import Lengths

log = job.start(snakemake)
inputs, outputs, settings = snakemake.input, snakemake.output, snakemake.params.settings

findings = check_tracks(
    TracksFiles(**dict(inputs.items())), Lengths(**settings["lengths"]), ClipSettings(**settings["clips"])
)
with job.whole(outputs.contract) as path:
    write_contract(path, hold(findings, log))
