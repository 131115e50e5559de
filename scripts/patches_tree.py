"""Link the patches of all parts together as the dataset is documented, and put their rows into one manifest."""

from itertools import chain
from pathlib import Path

from framewright.patches.manifest import read_patches, write_patches
from framewright.patches.tree import gather
from framewright.study import job

log = job.start(snakemake)
given = snakemake.params

for name, folder in zip(given.folders, snakemake.output.folders, strict=True):
    with job.whole(folder) as target:
        log.info("%s: %d files", name, gather(snakemake.input.parts, name, target))
for folder in given.by_hand:
    Path(folder).mkdir(parents=True, exist_ok=True)
with job.whole(snakemake.output.manifest) as path:
    write_patches(path, chain.from_iterable(read_patches(Path(part, "patches.tsv")) for part in snakemake.input.parts))
