# Tracks, third stage: the objects in each segment are detected and followed.
# requires: tracks_segments.smk, tracks_privacy.smk
# yields:   results/tracks/detections/<video>.npz, results/tracks/followed/<video>-{meta.jsonl.gzip,record.json}, results/tracks/accuracy.{tsv,html},
#           results/tracks/detector/ when asked for

# What objects are searched in: the one place that says so.
TRACKS_VIDEO = take_film(rules.tracks_deface.output.video)  # beside its record, which has its sha256


rule tracks_detect:
    """What the detector found in a video's segments is stored: boxes, scores, classes, appearance, camera motion."""
    input:
        video=TRACKS_VIDEO,
        privacy=rules.tracks_deface.output.record,
        segments=rules.tracks_segment.output.text,
        weights=TRACKS.weight_files(DEMO_DETECTOR),
        prompts=TRACKS.prompt_files(expand(rules.sources_workflow.output.copied, file="prompts/lvis.txt")[0]),
        reid=TRACKS.reid_files(),
    output:
        detections="results/tracks/detections/{video}.npz",
    log:
        "logs/tracks_detect/{video}.log",
    benchmark:
        "benchmarks/tracks_detect/{video}.tsv"
    conda:
        "../envs/detector.yaml"
    resources:
        mem_mb=megabytes_of("tracks_detect"),
        runtime=minutes_of("tracks_detect"),
        gpu=int(TRACKS.detector.device != "cpu"),
    params:
        code=code_of("tracks_detect"),
        settings=TRACKS.choose("detector"),
    script:
        "../scripts/tracks_detect.py"


rule tracks_follow:
    """The detected objects are followed: one JSON line for each track, and a record of all candidates."""
    input:
        detections=rules.tracks_detect.output.detections,
    output:
        meta="results/tracks/followed/{video}-meta.jsonl.gzip",
        record="results/tracks/followed/{video}-record.json",
    log:
        "logs/tracks_follow/{video}.log",
    conda:
        "../envs/detector.yaml"
    resources:
        mem_mb=per_attempt(2000),
        runtime=minutes_of("tracks_follow"),
    params:
        code=code_of("tracks_follow"),
        settings=TRACKS.choose("association", "keep"),
    script:
        "../scripts/tracks_follow.py"


rule tracks_accuracy:
    """Where the truth is known, accuracy.tsv says how well tracks fit it, and how pure each of them is."""
    input:
        truths=of_each(rules.sources_render.output.truth, TRACKS_SEARCHED_ANNOTATED),
        metas=of_each(rules.tracks_follow.output.meta, TRACKS_SEARCHED_ANNOTATED),
        parsed=of_each(rules.tracks_follow.output.record, TRACKS_SEARCHED_ANNOTATED),
    output:
        table="results/tracks/accuracy.tsv",
        page=report(
            "results/tracks/accuracy.html",
            caption="captions/tracks_accuracy.rst",
            category="tracks",
            subcategory="dataset",
            labels={"video": "all", "shows": "accuracy"},
        ),
    log:
        "logs/tracks_accuracy.log",
    localrule: True
    conda:
        "../envs/detector.yaml"
    params:
        code=code_of("tracks_accuracy"),
        settings=TRACKS.choose("keep"),
    script:
        "../scripts/tracks_accuracy.py"


rule tracks_detector:
    """The demo's detector is trained anew on rendered scenes, as the one in config/detector was, with its card."""
    input:
        network=expand(rules.sources_workflow.output.copied, file="detector/demo.yaml"),
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
        mem_mb=per_attempt(4000),
        runtime=per_attempt(240),
    params:
        code=code_of("tracks_detector"),
        settings=TRACKS.choose("training"),
    script:
        "../scripts/tracks_detector.py"
