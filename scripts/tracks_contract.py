"""Check what segments, defaced videos, tracks and clips promise; a broken promise fails the build."""

from framewright.study import job
from framewright.study.bucket_jobs.stamps import check_crashes
from framewright.study.contract import hold, write_contract
from framewright.tracks.clips.options import ClipSettings
from framewright.tracks.contract import check_tracks
from framewright.tracks.outcomes import read_accounts

log = job.start(snakemake)
inputs, outputs, settings = snakemake.input, snakemake.output, snakemake.params.settings

findings = check_tracks(
    inputs.promises,
    inputs.rows,
    read_accounts(inputs.accounts),
    inputs.meta_tree,
    inputs.clip_tree,
    ClipSettings(**settings["clips"]).key_seconds,
)
findings += check_crashes(inputs.crashed, ["tracks"])
with job.whole(outputs.contract) as path:
    write_contract(path, hold(findings, log))
