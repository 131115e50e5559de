"""Write the card of the tracks: what they are, what was dropped and why, under which licences, and their limits."""

from pathlib import Path

from framewright.report.card import read_store, write_croissant, write_index
from framewright.report.readme import write_readme
from framewright.study import job
from framewright.study.record import read_record
from framewright.tracks.card import DATASET, describe_dataset, describe_figures, list_segment_rows, list_track_rows
from framewright.tracks.objects.accuracy_table import accuracy_sentence

log = job.start(snakemake)
given, made = snakemake.input, snakemake.output

with job.whole(made.segments) as path:
    write_index(path, DATASET, list_segment_rows(map(read_record, given.records)), "segments")
with job.whole(made.index) as path:
    write_index(path, DATASET, list_track_rows(given.metas, given.clips))
accuracy = accuracy_sentence(Path(given.accuracy).read_text(encoding="utf-8"))
known = describe_dataset(snakemake.params.settings["tracks"], describe_figures(made.index, accuracy))
outcomes = {"sources": given.sources, "tracks": given.outcomes}
store = read_store(outcomes, given.summary, snakemake.params.settings, given.citation)
with job.whole(made.readme) as path:
    write_readme(path, known, store, made.index)
with job.whole(made.page) as path:
    write_readme(path, known, store, made.index)
with job.whole(made.croissant) as path:
    write_croissant(path, known, store, made.index)
log.info("the card is written")
