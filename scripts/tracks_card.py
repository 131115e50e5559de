"""Write the card of the tracks: what they are, what was dropped and why, under which licences, and their limits."""

from dataclasses import replace
from pathlib import Path

from framewright.report.card import read_store, write_index
from framewright.report.publish import write_card
from framewright.sources.fates import list_sources, read_licences
from framewright.study import job
from framewright.study.rows import read_rows
from framewright.tracks import card
from framewright.tracks.card_facts import CardFacts
from framewright.tracks.curation.tables import tabulate_subsets
from framewright.tracks.objects.accuracy_table import accuracy_sentence
from framewright.tracks.objects.contract import warn_of_limits, warn_of_nothing
from framewright.tracks.outcomes import read_accounts

log = job.start(snakemake)
inputs, outputs, settings = snakemake.input, snakemake.output, snakemake.params.settings

accounts = read_accounts(inputs.accounts)
with job.whole(outputs.segments) as path:
    write_index(path, card.DATASET, card.list_segment_rows(accounts), "segments")
without = {account["video"] for account in accounts if account["why_not"]}
with job.whole(outputs.index) as path:
    write_index(path, card.DATASET, card.list_track_rows(inputs.rows, without))
searches = [account["search"] for account in accounts]
accuracy = Path(inputs.accuracy).read_text(encoding="utf-8")
remarks = " ".join(filter(None, (accuracy_sentence(accuracy), warn_of_nothing(searches), warn_of_limits(searches))))
subsets = tabulate_subsets(settings["dataset"], settings["subsets"], inputs.relaxation)
figures = card.describe_figures(outputs.index, remarks)
described = card.describe_dataset(CardFacts(**settings["card"]), figures, subsets, accuracy)
outcomes = {"sources": inputs.sources, "tracks": inputs.outcomes}
store = read_store(
    outcomes, read_licences(inputs.summary), settings["chosen"], settings["citation"], [("tracks", inputs.stages)]
)
described = replace(described, media={"clips": card.describe_clips(outputs.index, settings["dataset"])})
sources = list_sources(inputs.summary, set(read_rows(inputs.rows, ["video"])["video"].to_pylist()))
write_card(outputs, described, store, pictures=inputs.pictures, sources=sources)
log.info("the card is written")
