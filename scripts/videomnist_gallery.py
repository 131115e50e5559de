"""Write the gallery of moving digits: a page that opens from disk, its data, posters and films."""

from itertools import chain
from pathlib import Path

from framewright.report.gallery.write import write_gallery
from framewright.study import job
from framewright.videomnist.gallery import GALLERY, list_generated, list_items, write_films, write_generated_films

log = job.start(snakemake)
inputs, outputs, settings = snakemake.input, snakemake.output, snakemake.params.settings

items = list_items([inputs.rows], settings["max_items"], settings["seed"])
samples = Path(inputs.generated) / "samples.npz" if inputs.get("generated") else None
generated = list_generated(samples) if samples else []
with job.whole(outputs.gallery) as folder:
    folder.mkdir()
    progress = job.start_progress()
    films = write_films(folder, inputs.dataset, items, settings["fps"])
    more = write_generated_films(folder, samples, settings["fps"]) if samples else ()
    whole = progress(chain(films, more), len(items) + len(generated), "films")
    write_gallery(folder, GALLERY, items + generated, whole)
log.info("%d moving digits in the gallery, and %d generated ones", len(items), len(generated))
