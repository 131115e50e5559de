# Tracks, fourth stage: a clip of each track, and sheets of them.
# requires: tracks_privacy.smk, tracks_objects.smk
# yields:   results/tracks/clips/<video>/, results/tracks/clips/<video>-clips.jsonl.gzip, results/tracks/sheets/,
#           results/tracks/entries/<video>.html, results/tracks/videos.html


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
        mem_mb=megabytes_of("tracks_extract"),
        runtime=minutes_of("tracks_extract"),
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
            category="tracks",
            subcategory="{video}",
            labels={"video": "{video}", "shows": "{shows}"},
        ),
    log:
        "logs/tracks_sheet/{video}.log",
    wildcard_constraints:
        video=only(TRACKS_SHEETS),
    conda:
        "../envs/tracks.yaml"
    resources:
        mem_mb=per_attempt(1500),
        runtime=minutes_of("tracks_sheet"),
    params:
        code=code_of("tracks_sheet"),
        settings={},
    script:
        "../scripts/tracks_sheet.py"


rule tracks_entry:
    """An entry of a page shows the sheets of a user's defaced video, or says why they are withheld."""
    input:
        video=TRACKS_VIDEO,
        privacy=rules.tracks_deface.output.record,
        audit=rules.tracks_audit.output.audit,
        meta=rules.tracks_follow.output.meta,
        clips=rules.tracks_extract.output.clips,
        record=rules.tracks_extract.output.record,
    output:
        entry="results/tracks/entries/{video}.html",
    log:
        "logs/tracks_entry/{video}.log",
    wildcard_constraints:
        video=only(TRACKS_ENTRIES),
    conda:
        "../envs/tracks.yaml"
    resources:
        mem_mb=per_attempt(1500),
        runtime=minutes_of("tracks_entry"),
    params:
        code=code_of("tracks_entry"),
        settings={},
    script:
        "../scripts/tracks_entry.py"


rule tracks_entries:
    """One page shows users' defaced videos, each only where its audit found no open face."""
    input:
        entries=of_each(rules.tracks_entry.output.entry, TRACKS_ENTRIES),
    output:
        page=report(
            "results/tracks/videos.html",
            caption="captions/tracks_entries.rst",
            category="tracks",
            subcategory="dataset",
            labels={"video": "all", "shows": "sheets of your videos"},
        ),
    log:
        "logs/tracks_entries.log",
    localrule: True
    conda:
        "../envs/tracks.yaml"
    params:
        code=code_of("tracks_entries"),
        settings={"rest": len(TRACKS_AUDITED) - len(TRACKS_ENTRIES)},
    script:
        "../scripts/tracks_entries.py"
