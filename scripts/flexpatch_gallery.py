"""Write the gallery of samples: a page that opens from disk, its data and sheets of posters."""

from framewright.flexpatch.gallery import GALLERY, list_items
from framewright.report.gallery.posters import list_posters, read_all_posters
from framewright.report.gallery.write import write_gallery
from framewright.study import job

log = job.start(snakemake)
inputs, outputs = snakemake.input, snakemake.output

posters = read_all_posters(inputs.posters)
items = list_items(inputs.rows, posters)
with job.whole(outputs.gallery) as folder:
    folder.mkdir()
    write_gallery(folder, GALLERY, items, list_posters(items, posters))
log.info("%d samples in the gallery", len(items))
