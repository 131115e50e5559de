"""Collect what is known of a bucket of videos: rows of its tracks, their lines, accounts, outcomes, promises."""

from framewright.study import job
from framewright.study.contract import write_parts
from framewright.study.declared import read_declared
from framewright.study.funnel import write_outcomes
from framewright.study.record import write_lines as write_accounts
from framewright.study.rows import write_rows
from framewright.tracks.bucket import (
    BucketFiles,
    check_bucket,
    list_accounts,
    list_bucket_outcomes,
    refuse_other_settings,
)
from framewright.tracks.clips.options import ClipSettings
from framewright.tracks.row_columns import COLUMNS
from framewright.tracks.rows import list_rows, write_lines
from framewright.tracks.segments.options import Lengths

log = job.start(snakemake)
inputs, outputs, settings = snakemake.input, snakemake.output, snakemake.params.settings

declared = read_declared([inputs.declared])
files = BucketFiles(**{name: inputs[name] for name in BucketFiles.__annotations__})
refuse_other_settings(files)
metrics = inputs.motions, inputs.embeddings, inputs.qualities
found = list_rows(inputs.metas, inputs.clips, *metrics, settings["dataset"])
with job.whole(outputs.lines) as lines, job.whole(outputs.rows) as rows, lines.open("wb") as pieces:
    kept = write_rows(rows, COLUMNS, write_lines(pieces, found), declared, settings["definition"])
with job.whole(outputs.accounts) as path:
    write_accounts(path, list_accounts(files, declared))
with job.whole(outputs.outcomes) as path:
    write_outcomes(path, list_bucket_outcomes(files, declared))
with job.whole(outputs.promises) as path:
    write_parts(path, check_bucket(files, Lengths(**settings["lengths"]), ClipSettings(**settings["clips"])))
log.info("%d clips of %d videos", kept, len(inputs.metas))
