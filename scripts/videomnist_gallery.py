"""Write the gallery of moving digits: a page that opens from disk, its data, posters and films."""

from framewright.report.gallery.write import write_gallery
from framewright.study import job
from framewright.videomnist.gallery import GALLERY, list_items, write_films

log = job.start(snakemake)
inputs, outputs, settings = snakemake.input, snakemake.output, snakemake.params.settings

items = list_items([inputs.rows], settings["max_items"], settings["seed"])
with job.whole(outputs.gallery) as folder:
    folder.mkdir()
    progress = job.start_progress()
    films = progress(write_films(folder, inputs.dataset, items, settings["fps"]), len(items), "films")
    write_gallery(folder, GALLERY, items, films)
log.info("%d moving digits in the gallery", len(items))
