"""Check that the MOT export holds the tracks that are known; a broken promise fails the build."""

from pathlib import Path

from framewright.exports.mot import find_mot_faults
from framewright.exports.promise import judge_export
from framewright.study import job
from framewright.study.contract import hold, write_contract
from framewright.tracks.exports.sequences import count_tracks, list_classes, list_sequences
from framewright.tracks.split_table import read_splits

log = job.start(snakemake)
inputs, outputs, settings = snakemake.input, snakemake.output, snakemake.params.settings

sequences = list_sequences(inputs.metas, read_splits(inputs.splits), settings["rate"])
faults = find_mot_faults(Path(inputs.folder), sequences, list_classes(inputs.rows))
finding = judge_export("mot", faults, count_tracks(sequences))
with job.whole(outputs.contract) as path:
    write_contract(path, hold([finding], log))
