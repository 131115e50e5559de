"""Write the index and the subsets under their documented names, as gzip files of JSON lines."""

from framewright.study import job
from framewright.study.declared import read_declared
from framewright.tracks.curation.files import write_full, write_subset
from framewright.tracks.curation.options import read_subset

log = job.start(snakemake)
inputs, outputs, settings = snakemake.input, snakemake.output, snakemake.params.settings

hidden = {row.video for row in read_declared(inputs.declared).values() if row.why_not}
subsets = [read_subset(item, settings["seed"]) for item in settings["subsets"]]
with job.whole(outputs.folder) as folder:
    folder.mkdir()
    made = [write_full(folder, settings["dataset"], inputs.index, inputs.lines, hidden)]
    for subset, rows in zip(subsets, inputs.rows, strict=True):
        made.append(write_subset(folder, settings["dataset"], subset, rows, inputs.index, inputs.lines))
log.info("%s", ", ".join(path.name for path in made))
