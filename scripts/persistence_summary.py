"""Put the figures of all arms into one table, and each clip's way through the stages into another."""

from framewright.persistence.shard import read_account
from framewright.persistence.summary import outcomes, statistics_of, summary, summary_page
from framewright.study import job
from framewright.study.funnel import write_outcomes

log = job.start(snakemake)
variants, base = snakemake.params.variants, [read_account(path) for path in snakemake.input.base]

accounts = [read_account(path) for path in snakemake.input.accounts]
arms = {name: accounts[number * len(base) :][: len(base)] for number, name in enumerate(variants)}
text = summary(dict(zip(variants, map(statistics_of, snakemake.input.datasets), strict=True)))

with job.whole(snakemake.output.table) as path:
    path.write_text(text, encoding="utf-8")
with job.whole(snakemake.output.page) as path:
    path.write_text(summary_page(text), encoding="utf-8")
with job.whole(snakemake.output.outcomes) as path:
    write_outcomes(path, outcomes(snakemake.params.samples, base, arms))
log.info("%s", text)
