"""Make small copies of the pictures that a person put into Val/GT; pictures that training has seen fail the build."""

from pathlib import Path

from framewright.patches.formats import PICKED, categories_of
from framewright.patches.manifest import read_patches
from framewright.patches.validation import faults, make_stacks
from framewright.study import job
from framewright.study.contract import finding, hold, write_contract

log = job.start(snakemake)
given = snakemake.params

dataset = Path(snakemake.input.manifest).parent / "dataset"
categories = {name: own for name, own in categories_of(given.settings).items() if name in given.categories}
found = list(faults(dataset, categories, read_patches(snakemake.input.manifest)))
for line in found:
    log.error("%s", line)
findings = hold([finding("pictures picked for validation can be used, and training has not seen them", found)], log)
wanted = [(category, kind) for category in categories.values() for kind in PICKED]
for (category, kind), folder in zip(wanted, snakemake.output.folders, strict=True):
    with job.whole(folder) as target:
        log.info("%s: %d", folder, make_stacks(dataset, category, given.kernel, kind, target))
with job.whole(snakemake.output.contract) as path:
    write_contract(path, findings)
