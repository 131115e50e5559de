# Tracks, second stage: videos without faces, and plates where weights find them; all later stages read these.
# requires: tracks_segments.smk; TRACKS_SHOWN of tracks.smk
# yields:   results/tracks/videos_defaced/<video>.mp4, results/tracks/privacy/<video>{.json,.npz,.audit.json}


rule tracks_deface:
    """The video without the faces in it, with the same frames, times and sound; linked where there is none to cover."""
    input:
        video=take_film(rules.tracks_link.output.video),
        probe=rules.sources_probe.output.probe,
        weights=TRACKS.plate_files(),
    output:
        video="results/tracks/videos_defaced/{video}.mp4",
        record="results/tracks/privacy/{video}.json",
        found="results/tracks/privacy/{video}.npz",
    log:
        "logs/tracks_deface/{video}.log",
    benchmark:
        "benchmarks/tracks_deface/{video}.tsv"
    conda:
        "../envs/deface.yaml"
    resources:
        mem_mb=megabytes_of("tracks_deface"),
        runtime=minutes_of("tracks_deface"),
    params:
        code=code_of("tracks_deface"),
        settings=TRACKS.choose("deface"),
    script:
        "../scripts/tracks_deface.py"


rule tracks_audit:
    """What a detector still finds in some frames of the defaced video, outside of what is covered, is counted."""
    input:
        video=take_film(rules.tracks_deface.output.video),
        record=rules.tracks_deface.output.record,
        found=rules.tracks_deface.output.found,
        weights=rules.tracks_deface.input.weights,
    output:
        audit="results/tracks/privacy/{video}.audit.json",
    log:
        "logs/tracks_audit/{video}.log",
    benchmark:
        "benchmarks/tracks_audit/{video}.tsv"
    conda:
        "../envs/deface.yaml"
    resources:
        mem_mb=megabytes_of("tracks_audit"),
        runtime=minutes_of("tracks_audit"),
    params:
        code=code_of("tracks_audit"),
        settings=TRACKS.choose("audit"),
    script:
        "../scripts/tracks_audit.py"


rule tracks_preview:
    """A sheet shows a scene before and after its faces were covered. Never made of a user's video, unless asked for."""
    input:
        source=take_film(rules.sources_link.output.video),
        video=take_film(rules.tracks_deface.output.video),
        record=rules.tracks_deface.output.record,
        found=rules.tracks_deface.output.found,
    output:
        sheets=report(
            directory("results/tracks/privacy/sheets/{video}"),
            patterns=["{shows}.png"],
            caption="captions/tracks_preview.rst",
            category="tracks",
            subcategory="{video}",
            labels={"video": "{video}", "shows": "{shows}"},
        ),
    log:
        "logs/tracks_preview/{video}.log",
    wildcard_constraints:
        video=only(TRACKS_SHOWN),
    conda:
        "../envs/deface.yaml"
    resources:
        mem_mb=per_attempt(1500),
        runtime=minutes_of("tracks_preview"),
    params:
        code=code_of("tracks_preview"),
        settings={},
    script:
        "../scripts/tracks_preview.py"
