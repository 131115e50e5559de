# Tracks, first stage: videos into segments between two cuts.
# requires: the sources; TRACKS of tracks.smk
# yields:   results/tracks/videos_mp4/<video>.mp4, results/tracks/videos_segm/<video>.{txt,json}


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
        mem_mb=megabytes_of("tracks_segment"),
        runtime=minutes_of("tracks_segment"),
    params:
        code=code_of("tracks_segment"),
        settings=TRACKS.choose("cuts", "lengths", "limits", "models"),
    script:
        "../scripts/tracks_segment.py"
