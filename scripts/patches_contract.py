"""Check what the patches promise to those who train with them; a broken promise fails the build."""

from collections import Counter
from pathlib import Path

from framewright.patches.bucket import FilmAccount
from framewright.patches.contract import check_dataset
from framewright.patches.formats import load_categories
from framewright.patches.manifest import read_patches
from framewright.patches.metadata import check_metadata
from framewright.study import job
from framewright.study.bucket_jobs.stamps import check_crashes
from framewright.study.contract import hold, write_contract
from framewright.study.funnel import read_outcomes
from framewright.study.record import read_lines

log = job.start(snakemake)
inputs, outputs, settings = snakemake.input, snakemake.output, snakemake.params.settings

wanted = (item for item in read_outcomes(inputs.outcomes) if item.stage == "patch" and item.reason)
dataset, patches = Path(inputs.manifest).parent / "dataset", list(read_patches(inputs.manifest))
findings = check_dataset(
    dataset,
    patches,
    [FilmAccount(**account) for account in read_lines(inputs.accounts)],
    Counter((item.video, item.item.split()[1]) for item in wanted),
    settings["shares"],
    load_categories(settings["categories"]),
)
findings += [check_metadata(dataset, patches, settings["folders"]), *check_crashes(inputs.crashed, ["patches"])]
with job.whole(outputs.contract) as path:
    write_contract(path, hold(findings, log))
