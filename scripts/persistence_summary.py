"""Put the figures of all arms into one table, and each clip's way through the stages into another."""

from framewright.persistence.outcomes import list_outcomes
from framewright.persistence.shard import read_account
from framewright.persistence.summary import make_summary, make_summary_page, read_statistics
from framewright.study import job
from framewright.study.funnel import write_outcomes

log = job.start(snakemake)
inputs, outputs, settings = snakemake.input, snakemake.output, snakemake.params.settings
names, base = settings["arms"], [read_account(path) for path in inputs.base]

accounts = [read_account(path) for path in inputs.accounts]
arms = {name: accounts[number * len(base) :][: len(base)] for number, name in enumerate(names)}
text = make_summary(dict(zip(names, map(read_statistics, inputs.datasets), strict=True)))

with job.whole(outputs.table) as path:
    path.write_text(text, encoding="utf-8")
with job.whole(outputs.page) as path:
    path.write_text(make_summary_page(text), encoding="utf-8")
with job.whole(outputs.outcomes) as path:
    write_outcomes(path, list_outcomes(settings["samples"], base, arms))
log.info("%s", text)
