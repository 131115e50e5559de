# Tracks, fourth stage: a clip of each track, and sheets of them.
# requires: tracks_privacy.smk, tracks_objects.smk
# yields:   results/tracks/clips/<video>/, results/tracks/clips/<video>-clips.jsonl.gzip, results/tracks/sheets/,
#           results/tracks/tracks_meta/<dataset>/<xx>/, results/tracks/tracks_mp4/<dataset>/<xx>/,
#           results/tracks/schemas/<dataset>-{2024-06,2025}.jsonl.gz


rule tracks_extract:
    """Each track of a video has a clip, cut out in one pass; a file of JSON lines says what became of each."""
    input:
        video=TRACKS_VIDEO,
        privacy=rules.tracks_deface.output.record,
        meta=rules.tracks_follow.output.meta,
    output:
        clips=directory("results/tracks/clips/{video}"),
        record="results/tracks/clips/{video}-clips.jsonl.gzip",
    log:
        "logs/tracks_extract/{video}.log",
    benchmark:
        "benchmarks/tracks_extract/{video}.tsv"
    conda:
        "../envs/tracks.yaml"
    resources:
        mem_mb=lambda wildcards, attempt: 2500 * attempt,
    params:
        code=code_of("tracks_extract"),
        settings=TRACKS.choose("clips"),
    script:
        "../scripts/tracks_extract.py"


rule tracks_sheet:
    """Sheets show tracks of defaced videos, in frames and as clips; none without tracks. Of users' videos on request."""
    input:
        video=TRACKS_VIDEO,
        privacy=rules.tracks_deface.output.record,
        meta=rules.tracks_follow.output.meta,
        clips=rules.tracks_extract.output.clips,
        record=rules.tracks_extract.output.record,
    output:
        sheets=report(
            directory("results/tracks/sheets/{video}"),
            patterns=["{shows}.png"],
            caption="captions/tracks_sheet.rst",
            category="Tracks",
            labels={"video": "{video}", "shows": "{shows}"},
        ),
    log:
        "logs/tracks_sheet/{video}.log",
    wildcard_constraints:
        video=only(TRACKS_SHEETS),
    conda:
        "../envs/tracks.yaml"
    params:
        code=code_of("tracks_sheet"),
        settings={},
    script:
        "../scripts/tracks_sheet.py"


rule tracks_tree:
    """Tracks and clips stand in the trees that TrackVerse documents, hard-linked, and in its other two schemas."""
    input:
        metas=of_each(rules.tracks_follow.output.meta, TRACKS_VIDEOS),
        folders=of_each(rules.tracks_extract.output.clips, TRACKS_VIDEOS),
        records=of_each(rules.tracks_extract.output.record, TRACKS_VIDEOS),
    output:
        meta=directory(f"results/tracks/tracks_meta/{TRACKS.dataset}"),
        clips=directory(f"results/tracks/tracks_mp4/{TRACKS.dataset}"),
        frames=f"results/tracks/schemas/{TRACKS.dataset}-2024-06.jsonl.gz",
        release=f"results/tracks/schemas/{TRACKS.dataset}-2025.jsonl.gz",
    log:
        "logs/tracks_tree.log",
    localrule: True
    conda:
        "../envs/tracks.yaml"
    params:
        code=code_of("tracks_tree"),
        settings={},
    script:
        "../scripts/tracks_tree.py"
