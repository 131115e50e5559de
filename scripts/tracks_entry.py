"""Make a user's defaced video an entry of the page of videos, or withhold its pictures."""

from framewright.study import job
from framewright.study.record import read_record
from framewright.tracks.entry import explain_withheld, write_entry
from framewright.tracks.preview import draw_sheets

log = job.start(snakemake)
inputs, outputs = snakemake.input, snakemake.output

audit = read_record(inputs.audit)
reason = explain_withheld(audit)
sheets = {} if reason else draw_sheets(inputs.video, inputs.meta, inputs.record, inputs.clips)
with job.whole(outputs.entry) as path:
    path.write_text(write_entry(audit["video"], reason, sheets))
log.info("%s", f"withheld: {reason}" if reason else f"{len(sheets)} sheets")
