"""Write the gallery of patches: a page that opens from disk, its data and sheets of posters."""

from pathlib import Path

from framewright.patches.attempts import POSTERS
from framewright.patches.gallery import GALLERY, choose_patches, list_items
from framewright.report.gallery.posters import list_posters, read_all_posters
from framewright.report.gallery.write import write_gallery
from framewright.study import job

log = job.start(snakemake)
inputs, outputs, settings = snakemake.input, snakemake.output, snakemake.params.settings

folders = [Path(part) for part in inputs.parts]
parts = ((folder.parent.name, folder) for folder in folders)
items = choose_patches(list_items(inputs.rows, parts, settings["shown"]), settings["max_items"], settings["seed"])
posters = list_posters(items, read_all_posters(part / POSTERS for part in folders))
with job.whole(outputs.gallery) as folder:
    folder.mkdir()
    write_gallery(folder, GALLERY, items, posters)
log.info("%d patches and places in the gallery", len(items))
