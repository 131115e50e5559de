"""Write the gallery of clips: a page that opens from disk, its data, posters and films."""

from framewright.persistence.arm_folder import STEM
from framewright.persistence.gallery import GALLERY, list_items, write_films
from framewright.persistence.store import Clips
from framewright.report.gallery.write import write_gallery
from framewright.study import job

log = job.start(snakemake)
inputs, outputs, settings = snakemake.input, snakemake.output, snakemake.params.settings

items = list_items([inputs.rows], settings["max_items"], settings["seed"])
names = settings["variants"]
datasets = {name: Clips(folder, STEM) for name, folder in zip(names, inputs.datasets, strict=True)}
with job.whole(outputs.gallery) as folder:
    folder.mkdir()
    films = job.start_progress()(write_films(folder, datasets, items), len(items), "films")
    write_gallery(folder, GALLERY, items, films)
log.info("%d clips in the gallery", len(items))
