"""Write the tracks as the MOT Challenge has them."""

from framewright.exports.mot import write_mot
from framewright.study import job
from framewright.tracks.exports.sequences import list_classes, list_sequences
from framewright.tracks.split_table import read_splits

log = job.start(snakemake)
inputs, outputs, settings = snakemake.input, snakemake.output, snakemake.params.settings

sequences = list_sequences(inputs.metas, read_splits(inputs.splits), settings["rate"])
with job.whole(outputs.folder) as folder:
    write_mot(folder, sequences, list_classes(inputs.rows))
log.info("%d sequences are written", len(sequences))
