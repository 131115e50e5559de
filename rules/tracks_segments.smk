# Tracks, first stage: videos into segments between two cuts.
# requires: the sources; TRACKS, TRACKS_VIDEOS, TRACKS_ANNOTATED of tracks.smk
# yields:   results/tracks/videos_mp4/<video>.mp4, results/tracks/videos_segm/<video>.{txt,json},
#           results/tracks/timeline.svg, results/tracks/cuts.tsv


rule tracks_link:
    """A video's checked source has a name with .mp4. It shows faces: only segmenting and defacing read it."""
    input:
        video=take_film(rules.sources_link.output.video),
        outcome=rules.sources_link.output.outcome,
    output:
        video="results/tracks/videos_mp4/{video}.mp4",
    log:
        "logs/tracks_link/{video}.log",
    localrule: True
    conda:
        "../envs/tracks.yaml"
    params:
        code=code_of("tracks_link"),
        settings={},
    script:
        "../scripts/tracks_link.py"


rule tracks_segment:
    """The segments of a video to use stand in a text, all candidates with scores and reasons in the JSON beside it."""
    input:
        video=take_film(rules.tracks_link.output.video),
        probe=rules.sources_probe.output.probe,
        weights=TRACKS.model_files(),
    output:
        text="results/tracks/videos_segm/{video}.txt",
        record="results/tracks/videos_segm/{video}.json",
    log:
        "logs/tracks_segment/{video}.log",
    benchmark:
        "benchmarks/tracks_segment/{video}.tsv"
    conda:
        "../envs/tracks.yaml"
    resources:
        mem_mb=lambda wildcards, attempt: 1500 * attempt,
    params:
        code=code_of("tracks_segment"),
        settings=TRACKS.choose("cuts", "lengths", "limits", "models"),
    script:
        "../scripts/tracks_segment.py"


rule tracks_timeline:
    """A picture shows the segments of all videos over time; cuts.tsv says how well cuts fit the truth where known."""
    input:
        records=of_each(rules.tracks_segment.output.record, TRACKS_VIDEOS),
        annotated=of_each(rules.tracks_segment.output.record, TRACKS_ANNOTATED),
        truths=of_each(rules.sources_render.output.truth, TRACKS_ANNOTATED),
    output:
        picture=report(
            "results/tracks/timeline.svg",
            caption="captions/tracks_timeline.rst",
            category="Tracks",
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
