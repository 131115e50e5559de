"""Check what the patches promise to those who train with them; a broken promise fails the build."""

from collections import Counter
from pathlib import Path

from framewright.patches.contract import contract
from framewright.patches.formats import categories_of
from framewright.patches.manifest import read_patches
from framewright.patches.record import read_record
from framewright.study import job
from framewright.study.contract import hold, write_contract
from framewright.study.funnel import read_outcomes

log = job.start(snakemake)
given = snakemake.params

wanted = (item for item in read_outcomes(snakemake.input.outcomes) if item.stage == "patch" and item.reason)
findings = contract(
    Path(snakemake.input.manifest).parent / "dataset",
    list(read_patches(snakemake.input.manifest)),
    list(map(read_record, snakemake.input.plans)),
    Counter((item.video, item.item.split()[1]) for item in wanted),
    given.shares,
    categories_of(given.settings),
)
with job.whole(snakemake.output.contract) as path:
    write_contract(path, hold(findings, log))
