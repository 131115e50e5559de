# Tracks: videos into segments between two cuts, without their faces, the objects in them followed, a clip of each.
# requires: the sources
# yields:   what its stages yield; results/tracks/{outcomes.tsv, histograms.svg, contract.json}, results/tracks/card/

from framewright.tracks import settings as tracks_settings

TRACKS = tracks_settings.read_settings(config["tracks"])
TRACKS_VIDEOS = [row.video for row in videos.values() if "tracks" in row.pipelines]
TRACKS_SHOWN = [video for video in TRACKS_VIDEOS if videos[video].kind == "demo" or TRACKS.show_all]
TRACKS_ANNOTATED = [video for video in videos_with_truth() if video in TRACKS_VIDEOS]


include: "tracks_segments.smk"
include: "tracks_privacy.smk"
include: "tracks_objects.smk"
include: "tracks_clips.smk"


rule tracks_summary:
    """What became of each video, segment and object is in outcomes.tsv; a picture shows tracks' lengths and classes."""
    input:
        records=rules.tracks_timeline.input.records,
        privacy=expand(rules.tracks_deface.output.record, video=TRACKS_VIDEOS),
        audits=expand(rules.tracks_audit.output.audit, video=TRACKS_VIDEOS),
        parsed=expand(rules.tracks_parse.output.record, video=TRACKS_VIDEOS),
        metas=expand(rules.tracks_parse.output.meta, video=TRACKS_VIDEOS),
        clips=expand(rules.tracks_extract.output.record, video=TRACKS_VIDEOS),
    output:
        outcomes="results/tracks/outcomes.tsv",
        picture=report(
            "results/tracks/histograms.svg",
            caption="captions/tracks_histograms.rst",
            category="Tracks",
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
        probes=expand(rules.sources_probe.output.probe, video=TRACKS_VIDEOS),
        records=rules.tracks_timeline.input.records,
        texts=expand(rules.tracks_segment.output.text, video=TRACKS_VIDEOS),
        privacy=rules.tracks_summary.input.privacy,
        audits=rules.tracks_summary.input.audits,
        searches=rules.tracks_summary.input.parsed,
        metas=rules.tracks_summary.input.metas,
        clips=rules.tracks_summary.input.clips,
        folders=expand(rules.tracks_extract.output.clips, video=TRACKS_VIDEOS),
    output:
        contract="results/tracks/contract.json",
    log:
        "logs/tracks_contract.log",
    retries: 0
    localrule: True
    conda:
        "../envs/tracks.yaml"
    params:
        code=code_of("tracks_contract"),
        settings=TRACKS.choose("lengths", "clips"),
    script:
        "../scripts/tracks_contract.py"


rule tracks_card:
    """The tracks have a card for programs and one for people: what they are, what was lost, licences, limits."""
    input:
        records=rules.tracks_timeline.input.records,
        metas=rules.tracks_summary.input.metas,
        clips=rules.tracks_summary.input.clips,
        accuracy=rules.tracks_accuracy.output.table,
        sources=rules.sources_summary.output.outcomes,
        summary=rules.sources_summary.output.table,
        outcomes=rules.tracks_summary.output.outcomes,
    output:
        croissant="results/tracks/card/croissant.json",
        index="results/tracks/card/index.parquet",
        segments="results/tracks/card/segments.parquet",
        readme="results/tracks/card/README.md",
        page=report(
            "results/tracks/card/README.html",
            caption="captions/tracks_card.rst",
            category="Tracks",
            labels={"video": "all", "shows": "card"},
        ),
    log:
        "logs/tracks_card.log",
    localrule: True
    conda:
        "../envs/cards.yaml"
    params:
        code=code_of("tracks_card"),
        settings=TRACKS.choose("card") | {"chosen": {"tracks": config["tracks"]}, "citation": CITATION},
    script:
        "../scripts/tracks_card.py"


rule tracks:
    """Segments, defaced videos, tracks and clips are there, checked and described."""
    input:
        expand(rules.tracks_link.output.video, video=TRACKS_VIDEOS),
        expand(rules.tracks_segment.output, video=TRACKS_VIDEOS),
        expand(rules.tracks_deface.output, video=TRACKS_VIDEOS),
        expand(rules.tracks_audit.output, video=TRACKS_VIDEOS),
        expand(rules.tracks_preview.output, video=TRACKS_SHOWN),
        expand(rules.tracks_parse.output, video=TRACKS_VIDEOS),
        expand(rules.tracks_extract.output, video=TRACKS_VIDEOS),
        expand(rules.tracks_sheet.output, video=TRACKS_SHOWN),
        rules.tracks_timeline.output,
        rules.tracks_accuracy.output,
        rules.tracks_summary.output,
        rules.tracks_contract.output.contract,
        rules.tracks_card.output,
