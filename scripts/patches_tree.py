"""Link the patches of all parts together as the dataset is documented, and put their rows into one manifest."""

from pathlib import Path

from framewright.patches.manifest import write_patches
from framewright.patches.metadata import compose_readme, read_table, write_metadata
from framewright.patches.rows import read_patch_rows
from framewright.patches.tree import gather
from framewright.study import job

log = job.start(snakemake)
inputs, outputs, settings = snakemake.input, snakemake.output, snakemake.params.settings

table = read_table(inputs.rows)
for name, folder in zip(settings["folders"], outputs.folders, strict=True):
    with job.whole(folder) as target:
        files = gather(inputs.parts, name, target)
        log.info("%s: %d files, %d pairs", name, files, write_metadata(target, name, table, settings["categories"]))
for root, readme in zip(settings["roots"], outputs.readmes, strict=True):
    with job.whole(readme) as path:
        path.write_text(compose_readme(root, table), encoding="utf-8")
for folder in settings["by_hand"]:
    Path(folder).mkdir(parents=True, exist_ok=True)
with job.whole(outputs.manifest) as path:
    write_patches(path, read_patch_rows(inputs.rows))
