# Tracks: videos into segments between two cuts, without their faces, the objects in them followed, a clip of each.
# requires: the sources
# yields:   results/tracks/videos_mp4/<video>.mp4, results/tracks/videos_segm/<video>.{txt,json},
#           results/tracks/videos_defaced/<video>.mp4, results/tracks/privacy/<video>{.json,.npz,-audit.json},
#           results/tracks/tracks_meta/<dataset>/<video>-{meta.jsonl.gzip,record.json,clips.jsonl.gzip},
#           results/tracks/tracks_mp4/<dataset>/<video>/, results/tracks/sheets/,
#           results/tracks/{timeline.svg, histograms.svg, cuts.tsv, accuracy.tsv, outcomes.tsv, contract.json}, results/tracks/card/

from framewright.tracks.objects import prompts
from framewright.tracks.segments import weights

TRACKS = config["tracks"]
TRACKS_WEIGHTS = weights.files(TRACKS["segments"])
TRACKED = {row.video: row for row in videos.values() if "tracks" in row.pipelines}
TRACKED_SHOWN = [video for video, row in TRACKED.items() if row.kind == "demo" or TRACKS["deface"]["show"] == "all"]
TRACKED_TRUE = [video for video in videos_with_truth() if video in TRACKED]


rule tracks_link:
    """A video's checked source has a name with .mp4. It shows faces: only segmenting and defacing read it."""
    input:
        video=rules.sources_link.output.video,
    output:
        video="results/tracks/videos_mp4/{video}.mp4",
    log:
        "logs/tracks_link/{video}.log",
    localrule: True
    conda:
        "../envs/tracks.yaml"
    params:
        code=code_of("tracks_link"),
    script:
        "../scripts/tracks_link.py"


rule tracks_segment:
    """The segments of a video to use stand in a text, all candidates with scores and reasons in the JSON beside it."""
    input:
        video=rules.tracks_link.output.video,
        probe=rules.sources_probe.output.probe,
        weights=TRACKS_WEIGHTS,
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
        settings=TRACKS["segments"],
    script:
        "../scripts/tracks_segment.py"


rule tracks_deface:
    """The video without the faces in it, with the same frames, times and sound; linked where there is none to cover."""
    input:
        video=rules.tracks_link.output.video,
        probe=rules.sources_probe.output.probe,
        weights=[name for name in [TRACKS["deface"]["plates"]["weights"]] if name],
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
        mem_mb=lambda wildcards, attempt: 2000 * attempt,
    params:
        code=code_of("tracks_deface"),
        settings={key: value for key, value in TRACKS["deface"].items() if key not in ("audit", "show")},
    script:
        "../scripts/tracks_deface.py"


rule tracks_audit:
    """What a detector still finds in some frames of the defaced video, outside of what is covered, is counted."""
    input:
        video=rules.tracks_deface.output.video,
        record=rules.tracks_deface.output.record,
        found=rules.tracks_deface.output.found,
        weights=rules.tracks_deface.input.weights,
    output:
        audit="results/tracks/privacy/{video}-audit.json",
    log:
        "logs/tracks_audit/{video}.log",
    benchmark:
        "benchmarks/tracks_audit/{video}.tsv"
    conda:
        "../envs/deface.yaml"
    resources:
        mem_mb=lambda wildcards, attempt: 2000 * attempt,
    params:
        code=code_of("tracks_audit"),
        settings=TRACKS["deface"],
    script:
        "../scripts/tracks_audit.py"


rule tracks_preview:
    """A sheet shows a scene before and after its faces were covered. Never made of a user's video, unless asked for."""
    input:
        source=rules.sources_link.output.video,
        video=rules.tracks_deface.output.video,
        found=rules.tracks_deface.output.found,
    output:
        sheet=report(
            "results/tracks/privacy/{video}.png",
            caption="captions/tracks_preview.rst",
            category="Tracks",
            labels={"video": "{video}", "shows": "before and after"},
        ),
    log:
        "logs/tracks_preview/{video}.log",
    wildcard_constraints:
        video=only(TRACKED_SHOWN),
    conda:
        "../envs/deface.yaml"
    params:
        code=code_of("tracks_preview"),
    script:
        "../scripts/tracks_preview.py"


# What everything but segmenting and defacing looks at: the one place that says so.
SHOWN = rules.tracks_deface.output.video


rule tracks_parse:
    """The objects in a video's segments are followed: one JSON line for each track, and a record of all candidates."""
    input:
        video=SHOWN,
        segments=rules.tracks_segment.output.text,
        weights=TRACKS["detector"]["weights"] or DEMO_DETECTOR,
        prompts=prompts.file_of(TRACKS["detector"], HOUSE / "config" / "prompts" / "lvis.txt"),
    output:
        meta=f"results/tracks/tracks_meta/{TRACKS['dataset']}/{{video}}-meta.jsonl.gzip",
        record=f"results/tracks/tracks_meta/{TRACKS['dataset']}/{{video}}-record.json",
    log:
        "logs/tracks_parse/{video}.log",
    benchmark:
        "benchmarks/tracks_parse/{video}.tsv"
    conda:
        "../envs/detector.yaml"
    resources:
        mem_mb=lambda wildcards, attempt: 3000 * attempt,
        gpu=int(TRACKS["detector"]["device"] != "cpu"),
    params:
        code=code_of("tracks_parse"),
        settings={key: TRACKS[key] for key in ("detector", "frame_rate", "tracker", "keep")},
    script:
        "../scripts/tracks_parse.py"


rule tracks_extract:
    """Each track of a video has a clip, cut out in one pass; a file of JSON lines says what became of each."""
    input:
        video=SHOWN,
        meta=rules.tracks_parse.output.meta,
    output:
        clips=directory(f"results/tracks/tracks_mp4/{TRACKS['dataset']}/{{video}}"),
        record=f"results/tracks/tracks_meta/{TRACKS['dataset']}/{{video}}-clips.jsonl.gzip",
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
        settings=TRACKS["clips"],
    script:
        "../scripts/tracks_extract.py"


rule tracks_sheet:
    """Sheets show tracks, in frames and as clips, of defaced videos. Never made of a user's video, unless asked for."""
    input:
        video=SHOWN,
        meta=rules.tracks_parse.output.meta,
        clips=rules.tracks_extract.output.clips,
        record=rules.tracks_extract.output.record,
    output:
        frames=report(
            "results/tracks/sheets/{video}-frames.png",
            caption="captions/tracks_sheet.rst",
            category="Tracks",
            labels={"video": "{video}", "shows": "tracks"},
        ),
        clips=report(
            "results/tracks/sheets/{video}-clips.png",
            caption="captions/tracks_sheet.rst",
            category="Tracks",
            labels={"video": "{video}", "shows": "clips"},
        ),
    log:
        "logs/tracks_sheet/{video}.log",
    wildcard_constraints:
        video=only(TRACKED_SHOWN),
    conda:
        "../envs/tracks.yaml"
    params:
        code=code_of("tracks_sheet"),
    script:
        "../scripts/tracks_sheet.py"


rule tracks_detector:
    """The demo's detector is trained anew on rendered scenes, as the one in config/detector was, with its card."""
    input:
        network=HOUSE / "config" / "detector" / "demo.yaml",
    output:
        weights="results/tracks/detector/demo.onnx",
        card="results/tracks/detector/demo.json",
        practice=temp(directory("results/tracks/detector/practice")),
    log:
        "logs/tracks_detector.log",
    benchmark:
        "benchmarks/tracks_detector.tsv"
    conda:
        "../envs/detector.yaml"
    threads: 2
    resources:
        mem_mb=4000,
    params:
        code=code_of("tracks_detector"),
        recipe=TRACKS["training"],
    script:
        "../scripts/tracks_detector.py"


rule tracks_timeline:
    """A picture shows the segments of all videos over time; cuts.tsv says how well cuts fit the truth where known."""
    input:
        records=expand(rules.tracks_segment.output.record, video=TRACKED),
        truths=expand(rules.sources_render.output.truth, video=TRACKED_TRUE),
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
        known=TRACKED_TRUE,
    script:
        "../scripts/tracks_timeline.py"


rule tracks_accuracy:
    """Where the truth is known, accuracy.tsv says how well tracks fit it: of all objects that may be tracks."""
    input:
        truths=expand(rules.sources_render.output.truth, video=TRACKED_TRUE),
        metas=expand(rules.tracks_parse.output.meta, video=TRACKED_TRUE),
        parsed=expand(rules.tracks_parse.output.record, video=TRACKED_TRUE),
    output:
        table="results/tracks/accuracy.tsv",
        page=report(
            "results/tracks/accuracy.html",
            caption="captions/tracks_accuracy.rst",
            category="Tracks",
            labels={"video": "all", "shows": "accuracy"},
        ),
    log:
        "logs/tracks_accuracy.log",
    localrule: True
    conda:
        "../envs/detector.yaml"
    params:
        code=code_of("tracks_accuracy"),
        keep=TRACKS["keep"],
    script:
        "../scripts/tracks_accuracy.py"


rule tracks_summary:
    """What became of each video, segment and object is in outcomes.tsv; a picture shows tracks' lengths and classes."""
    input:
        records=rules.tracks_timeline.input.records,
        privacy=expand(rules.tracks_deface.output.record, video=TRACKED),
        audits=expand(rules.tracks_audit.output.audit, video=TRACKED),
        parsed=expand(rules.tracks_parse.output.record, video=TRACKED),
        metas=expand(rules.tracks_parse.output.meta, video=TRACKED),
        clips=expand(rules.tracks_extract.output.record, video=TRACKED),
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
        videos=list(TRACKED),
    script:
        "../scripts/tracks_summary.py"


rule tracks_contract:
    """The tracks keep what they promise, which contract.json says."""
    input:
        records=rules.tracks_timeline.input.records,
        texts=expand(rules.tracks_segment.output.text, video=TRACKED),
        probes=expand(rules.sources_probe.output.probe, video=TRACKED),
        privacy=rules.tracks_summary.input.privacy,
        audits=rules.tracks_summary.input.audits,
        parsed=rules.tracks_summary.input.parsed,
        metas=rules.tracks_summary.input.metas,
        clips=expand(rules.tracks_extract.output.clips, video=TRACKED),
        became=rules.tracks_summary.input.clips,
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
        limits={key: TRACKS["segments"][key] for key in ("min_seconds", "max_seconds")},
        clips={key: TRACKS["clips"][key] for key in ("key_seconds", "most_seconds")},
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
        settings={"chosen": {"tracks": TRACKS}, "citation": CITATION},
    script:
        "../scripts/tracks_card.py"


rule tracks:
    """Segments, defaced videos, tracks and clips are there, checked and described."""
    input:
        expand(rules.tracks_link.output.video, video=TRACKED),
        expand(rules.tracks_segment.output, video=TRACKED),
        expand(rules.tracks_deface.output, video=TRACKED),
        expand(rules.tracks_audit.output, video=TRACKED),
        expand(rules.tracks_preview.output, video=TRACKED_SHOWN),
        expand(rules.tracks_parse.output, video=TRACKED),
        expand(rules.tracks_extract.output, video=TRACKED),
        expand(rules.tracks_sheet.output, video=TRACKED_SHOWN),
        rules.tracks_timeline.output,
        rules.tracks_accuracy.output,
        rules.tracks_summary.output,
        rules.tracks_contract.output.contract,
        rules.tracks_card.output,
