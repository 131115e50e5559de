# Tracks, seventh stage: the documented trees, with tables that other tools open.
# requires: tracks_rows.smk, tracks_curation.smk
# yields:   results/tracks/tracks_meta/<dataset>/<xx>/, results/tracks/tracks_mp4/<dataset>/{<xx>/, metadata.parquet},
#           results/tracks/schemas/<dataset>-{2024-06,2025}.jsonl.gz; as `exports: {tracks: [...]}` asks for them
#           results/tracks/export/<format>/, results/tracks/exported/<format>/contract.json, results/tracks/frames/<video>/

TRACKS_SERVED = sorted(video for video in TRACKS_VIDEOS if videos[video].training)
TRACKS_EXPORTS = config["exports"]["tracks"]
TRACKS_PICTURED = ("coco", "yolo")  # made of sampled frames


rule tracks_tree:
    """Tracks and clips stand in the trees that TrackVerse documents, hard-linked, and in its other two schemas."""
    input:
        rows=of_buckets(rules.tracks_rows.output.rows),
        accounts=of_buckets(rules.tracks_rows.output.accounts),
        splits=rules.tracks_duplicates.output.splits,
    output:
        meta=directory(f"results/tracks/tracks_meta/{TRACKS.dataset}"),
        clips=directory(f"results/tracks/tracks_mp4/{TRACKS.dataset}"),
        frames=f"results/tracks/schemas/{TRACKS.dataset}-2024-06.jsonl.gz",
        release=f"results/tracks/schemas/{TRACKS.dataset}-2025.jsonl.gz",
    log:
        "logs/tracks_tree.log",
    localrule: True
    conda:
        "../envs/curation.yaml"
    params:
        code=code_of("tracks_tree"),
        # The rows hold digests of all that is linked: they change when a file does.
        settings={
            "metas": str(rules.tracks_follow.output.meta),
            "folders": str(rules.tracks_extract.output.clips),
            "dataset": TRACKS.dataset,
        },
    script:
        "../scripts/tracks_tree.py"


rule tracks_frames:
    """Frames of a defaced video are sampled, each with the objects that are followed in it."""
    input:
        video=take_film(rules.tracks_deface.output.video),
        record=rules.tracks_deface.output.record,
        meta=rules.tracks_follow.output.meta,
    output:
        folder=directory("results/tracks/frames/{video}"),
    log:
        "logs/tracks_frames/{video}.log",
    benchmark:
        "benchmarks/tracks_frames/{video}.tsv"
    conda:
        "../envs/curation.yaml"
    resources:
        mem_mb=per_attempt(1500),
        runtime=per_attempt(120),
    params:
        code=code_of("tracks_frames"),
        settings={"seconds": config["exports"]["frame_seconds"]},
    script:
        "../scripts/tracks_frames.py"


rule tracks_export:
    """An export of the tracks is there: clips in shards, or frames and tracks as detectors and trackers read them."""
    input:
        rows=of_buckets(rules.tracks_rows.output.rows),
        splits=rules.tracks_duplicates.output.splits,
        frames=lambda wildcards: (
            expand(rules.tracks_frames.output.folder, video=TRACKS_SERVED)
            if wildcards.format in TRACKS_PICTURED
            else []
        ),
        metas=lambda wildcards: (
            expand(rules.tracks_follow.output.meta, video=TRACKS_SERVED) if wildcards.format == "mot" else []
        ),
    output:
        folder=directory("results/tracks/export/{format}"),
    log:
        "logs/tracks_export/{format}.log",
    benchmark:
        "benchmarks/tracks_export/{format}.tsv"
    wildcard_constraints:
        format="webdataset|coco|yolo|mot",
    conda:
        "../envs/curation.yaml"
    resources:
        mem_mb=per_attempt(4000),
        runtime=per_attempt(240),
    params:
        code=code_of("tracks_export"),
        settings={"rate": TRACKS.detector.rate},
    script:
        "../scripts/tracks_export.py"


rule tracks_exported:
    """An export of the tracks holds what is served, in order, byte by byte, which its contract says."""
    input:
        rows=rules.tracks_export.input.rows,
        splits=rules.tracks_export.input.splits,
        frames=rules.tracks_export.input.frames,
        metas=rules.tracks_export.input.metas,
        folder=rules.tracks_export.output.folder,
    output:
        contract="results/tracks/exported/{format}/contract.json",
    log:
        "logs/tracks_exported/{format}.log",
    localrule: True
    conda:
        "../envs/curation.yaml"
    params:
        code=code_of("tracks_exported"),
        settings={"rate": TRACKS.detector.rate},
    script:
        "../scripts/tracks_exported.py"
