"""Make stacks of the pictures that a person put into Val/GT; pictures that training has seen fail the build."""

from pathlib import Path

from framewright.patches.formats import PICKED, load_categories
from framewright.patches.manifest import read_patches
from framewright.patches.validation import find_faults, make_stacks
from framewright.study import job
from framewright.study.contract import hold, make_finding, write_contract

log = job.start(snakemake)
inputs, outputs, settings = snakemake.input, snakemake.output, snakemake.params.settings

dataset = Path(inputs.manifest).parent / "dataset"
categories = load_categories(settings["categories"])
faults = list(find_faults(dataset, categories, read_patches(inputs.manifest)))
for line in faults:
    log.error("%s", line)
findings = hold(
    [make_finding("pictures picked for validation can be used, and training has not seen them", faults)], log
)
wanted = [(category, kind) for category in categories.values() for kind in PICKED]
for (category, kind), folder in zip(wanted, outputs.folders, strict=True):
    with job.whole(folder) as target:
        log.info("%s: %d", folder, make_stacks(dataset, category, settings["kernel"], kind, target))
with job.whole(outputs.contract) as path:
    write_contract(path, findings)
