"""Write the gallery of tracks: a page that opens from disk, its data and sheets of posters."""

from pathlib import Path

from framewright.report.gallery.write import write_gallery
from framewright.study import job
from framewright.tracks.gallery import GALLERY, choose_tracks, list_items, list_members, list_posters

log = job.start(snakemake)
inputs, outputs, settings = snakemake.input, snakemake.output, snakemake.params.settings

members = list_members(dict(zip(settings["subsets"], inputs.subsets, strict=True)))
chosen = choose_tracks(inputs.rows, members, settings["max_items"], settings["seed"])
items = list(list_items(inputs.rows, chosen, members))
posters = {Path(path).stem: path for path in inputs.posters}
with job.whole(outputs.gallery) as folder:
    folder.mkdir()
    write_gallery(folder, GALLERY, items, list_posters(items, posters))
log.info("%d tracks in the gallery", len(items))
