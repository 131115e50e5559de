"""Write the gallery of patches: a page that opens from disk, its data and sheets of posters."""

from pathlib import Path

from framewright.patches.gallery import GALLERY, choose_patches, list_items, list_posters
from framewright.report.gallery.write import write_gallery
from framewright.study import job

log = job.start(snakemake)
inputs, outputs, settings = snakemake.input, snakemake.output, snakemake.params.settings

folders = [Path(part) for part in inputs.parts]
parts = ((folder.parent.name, folder) for folder in folders)
items = choose_patches(list_items(inputs.rows, parts, settings["shown"]), settings["max_items"], settings["seed"])
with job.whole(outputs.gallery) as folder:
    folder.mkdir()
    write_gallery(folder, GALLERY, items, list_posters(items, folders))
log.info("%d patches and places in the gallery", len(items))
