# Tracks: videos into segments between two cuts, without their faces, the objects in them followed, a clip of each.
# requires: the sources
# yields:   what its stages yield; results/tracks/{outcomes.tsv, histograms.svg, contract.json}, results/tracks/card/

from framewright.tracks import settings as tracks_settings

TRACKS = tracks_settings.read_settings(config["tracks"])
TRACKS_VIDEOS = [row.video for row in videos.values() if "tracks" in row.pipelines]
TRACKS_SHOWN = [video for video in TRACKS_VIDEOS if TRACKS.shows(video in DRAWN)]
TRACKS_SHEETS = TRACKS_SHOWN if TRACKS.searches else []
TRACKS_AUDITED = [video for video in TRACKS_VIDEOS if TRACKS.shows_audited and video not in DRAWN]
TRACKS_ENTRIES = TRACKS_AUDITED[:24] if TRACKS.searches else []  # a page of more would take minutes to open
TRACKS_ANNOTATED = [video for video in videos_with_truth() if "tracks" in videos[video].pipelines]
TRACKS_SEARCHED_ANNOTATED = TRACKS_ANNOTATED if TRACKS.searches else []


include: "tracks_segments.smk"
include: "tracks_privacy.smk"
include: "tracks_objects.smk"
include: "tracks_clips.smk"
include: "tracks_rows.smk"
include: "tracks_curation.smk"
include: "tracks_exports.smk"


rule tracks_timeline:
    """A picture shows the segments of all videos over time; cuts.tsv says how well cuts fit the truth where known."""
    input:
        accounts=of_buckets(rules.tracks_rows.output.accounts),
        truths=of_each(rules.sources_render.output.truth, TRACKS_ANNOTATED),
    output:
        picture=report(
            "results/tracks/timeline.svg",
            caption="captions/tracks_timeline.rst",
            category="tracks",
            subcategory="dataset",
            labels={"video": "all", "shows": "segments"},
        ),
        scores="results/tracks/cuts.tsv",
    log:
        "logs/tracks_timeline.log",
    localrule: True
    conda:
        "../envs/tracks.yaml"
    params:
        code=code_of("tracks_timeline"),
        settings={},
    script:
        "../scripts/tracks_timeline.py"


rule tracks_summary:
    """What became of each video, segment and object is in outcomes.tsv; a picture shows tracks' lengths and classes."""
    input:
        outcomes=of_buckets(rules.tracks_rows.output.outcomes),
        rows=of_buckets(rules.tracks_rows.output.rows),
        accounts=of_buckets(rules.tracks_rows.output.accounts),
    output:
        outcomes="results/tracks/outcomes.tsv",
        picture=report(
            "results/tracks/histograms.svg",
            caption="captions/tracks_histograms.rst",
            category="tracks",
            subcategory="dataset",
            labels={"video": "all", "shows": "lengths and classes"},
        ),
    log:
        "logs/tracks_summary.log",
    localrule: True
    conda:
        "../envs/tracks.yaml"
    params:
        code=code_of("tracks_summary"),
        settings={},
    script:
        "../scripts/tracks_summary.py"


rule tracks_contract:
    """The tracks keep what they promise, which contract.json says."""
    input:
        promises=of_buckets(rules.tracks_rows.output.promises),
        rows=of_buckets(rules.tracks_rows.output.rows),
        accounts=of_buckets(rules.tracks_rows.output.accounts),
        meta_tree=rules.tracks_tree.output.meta,
        clip_tree=rules.tracks_tree.output.clips,
        crashed=crashes_of("tracks"),
    output:
        contract="results/tracks/contract.json",
    log:
        "logs/tracks_contract.log",
    localrule: True
    conda:
        "../envs/tracks.yaml"
    params:
        code=code_of("tracks_contract"),
        settings=TRACKS.choose("clips"),
    script:
        "../scripts/tracks_contract.py"


rule tracks_card:
    """The tracks have a card for programs and one for people: what they are, what was lost, licences, limits."""
    input:
        rows=of_buckets(rules.tracks_rows.output.rows),
        accounts=of_buckets(rules.tracks_rows.output.accounts),
        accuracy=rules.tracks_accuracy.output.table,
        sources=rules.sources_summary.output.outcomes,
        summary=rules.sources_summary.output.table,
        outcomes=rules.tracks_summary.output.outcomes,
        relaxation=rules.tracks_subsets.output.fills,
        stages=rules.tracks_subsets.output.stages,
        clips=rules.tracks_tree.output.clips,
        pictures=lambda wildcards: [
            *of_each(rules.tracks_sheet.output.sheets, TRACKS_SHEETS[:2])(wildcards),
            rules.tracks_subsets_preview.output.classes,
            rules.tracks_summary.output.picture,
            rules.tracks_subsets_preview.output.metrics,
        ],
    output:
        croissant="results/tracks/card/croissant.json",
        index="results/tracks/card/index.parquet",
        segments="results/tracks/card/segments.parquet",
        sources="results/tracks/card/sources.parquet",
        pictures=directory("results/tracks/card/pictures"),
        readme="results/tracks/card/README.md",
        tile="results/tracks/card/tile.json",
        page=report(
            "results/tracks/card/README.html",
            caption="captions/tracks_card.rst",
            category="tracks",
            subcategory="dataset",
            labels={"video": "all", "shows": "card"},
        ),
    log:
        "logs/tracks_card.log",
    localrule: True
    conda:
        "../envs/cards.yaml"
    params:
        code=code_of("tracks_card"),
        settings=TRACKS.choose("card")
        | {"dataset": TRACKS.dataset, "subsets": TRACKS.subsets}
        | {"chosen": {"tracks": config["tracks"]}, "citation": CITATION},
    script:
        "../scripts/tracks_card.py"


rule tracks_videos:
    """What is made of one video alone is there for all: `--batch tracks_videos=1/10` makes a tenth of it."""
    input:
        all_of(rules.tracks_metrics.output.quality, TRACKS_VIDEOS),


rule tracks:
    """Segments, defaced videos, tracks and clips are there, checked and described."""
    input:
        *if_used(
            "tracks",
            all_of(rules.tracks_link.output.video, TRACKS_VIDEOS),
            all_of(rules.tracks_segment.output, TRACKS_VIDEOS),
            all_of(rules.tracks_deface.output, TRACKS_VIDEOS),
            all_of(rules.tracks_audit.output, TRACKS_VIDEOS),
            all_of(rules.tracks_preview.output, TRACKS_SHOWN),
            all_of(rules.tracks_detect.output, TRACKS_VIDEOS),
            all_of(rules.tracks_follow.output, TRACKS_VIDEOS),
            all_of(rules.tracks_extract.output, TRACKS_VIDEOS),
            all_of(rules.tracks_sheet.output, TRACKS_SHEETS),
            *([rules.tracks_entries.output.page] if TRACKS_ENTRIES else []),
            of_buckets(rules.tracks_rows.output),
            rules.tracks_tree.output,
            rules.tracks_timeline.output,
            rules.tracks_accuracy.output,
            rules.tracks_summary.output,
            rules.tracks_contract.output.contract,
            rules.tracks_card.output,
            all_of(rules.tracks_metrics.output, TRACKS_VIDEOS),
            rules.tracks_duplicates.output,
            rules.tracks_subsets.output,
            rules.tracks_subset_files.output.folder,
            rules.tracks_subsets_contract.output.contract,
            rules.tracks_subsets_preview.output,
            rules.tracks_gallery.output,
            *(name for format in TRACKS_EXPORTS for name in TRACKS_EXPORTED[format]),
            emptied=(of_buckets(rules.tracks_rows.output), rules.tracks_tree.output),
        ),
