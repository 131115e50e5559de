# Tracks, seventh stage: the documented trees, with tables that other tools open.
# requires: tracks_rows.smk, tracks_curation.smk
# yields:   results/tracks/tracks_meta/<dataset>/<xx>/, results/tracks/tracks_mp4/<dataset>/{<xx>/, metadata.parquet},
#           results/tracks/schemas/<dataset>-{2024-06,2025}.jsonl.gz; as `exports: {tracks: [...]}` asks for them
#           results/tracks/export/<format>/, results/tracks/exported/<format>/contract.json, results/tracks/frames/<video>/

TRACKS_SERVED = sorted(video for video in TRACKS_VIDEOS if videos[video].training)
TRACKS_EXPORTS = config["exports"]["tracks"]


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


rule tracks_webdataset:
    """The clips that are served stand in tar shards."""
    input:
        rows=of_buckets(rules.tracks_rows.output.rows),
        splits=rules.tracks_duplicates.output.splits,
        clips=rules.tracks_tree.output.clips,
    output:
        folder=directory("results/tracks/export/webdataset"),
    log:
        "logs/tracks_webdataset.log",
    benchmark:
        "benchmarks/tracks_webdataset.tsv"
    conda:
        "../envs/curation.yaml"
    resources:
        mem_mb=per_attempt(4000),
        runtime=per_attempt(240),
    params:
        code=code_of("tracks_webdataset"),
        settings={},
    script:
        "../scripts/tracks_webdataset.py"


rule tracks_webdataset_contract:
    """The shards hold the clips that are served, in order, byte by byte, which contract.json says."""
    input:
        rows=rules.tracks_webdataset.input.rows,
        splits=rules.tracks_webdataset.input.splits,
        folder=rules.tracks_webdataset.output.folder,
    output:
        contract="results/tracks/exported/webdataset/contract.json",
    log:
        "logs/tracks_webdataset_contract.log",
    localrule: True
    conda:
        "../envs/curation.yaml"
    params:
        code=code_of("tracks_webdataset_contract"),
        settings={},
    script:
        "../scripts/tracks_webdataset_contract.py"


rule tracks_coco:
    """Sampled frames and the objects in them are there as COCO has them."""
    input:
        frames=of_each(rules.tracks_frames.output.folder, TRACKS_SERVED, wanted="coco" in TRACKS_EXPORTS),
        splits=rules.tracks_duplicates.output.splits,
    output:
        folder=directory("results/tracks/export/coco"),
    log:
        "logs/tracks_coco.log",
    benchmark:
        "benchmarks/tracks_coco.tsv"
    conda:
        "../envs/curation.yaml"
    resources:
        mem_mb=per_attempt(4000),
        runtime=per_attempt(240),
    params:
        code=code_of("tracks_coco"),
        settings={},
    script:
        "../scripts/tracks_coco.py"


rule tracks_coco_contract:
    """The COCO export holds what was sampled, byte by byte, which contract.json says."""
    input:
        frames=rules.tracks_coco.input.frames,
        splits=rules.tracks_coco.input.splits,
        folder=rules.tracks_coco.output.folder,
    output:
        contract="results/tracks/exported/coco/contract.json",
    log:
        "logs/tracks_coco_contract.log",
    localrule: True
    conda:
        "../envs/curation.yaml"
    params:
        code=code_of("tracks_coco_contract"),
        settings={},
    script:
        "../scripts/tracks_coco_contract.py"


rule tracks_yolo:
    """Sampled frames and the objects in them are there as YOLO has them."""
    input:
        frames=of_each(rules.tracks_frames.output.folder, TRACKS_SERVED, wanted="yolo" in TRACKS_EXPORTS),
        splits=rules.tracks_duplicates.output.splits,
    output:
        folder=directory("results/tracks/export/yolo"),
    log:
        "logs/tracks_yolo.log",
    benchmark:
        "benchmarks/tracks_yolo.tsv"
    conda:
        "../envs/curation.yaml"
    resources:
        mem_mb=per_attempt(4000),
        runtime=per_attempt(240),
    params:
        code=code_of("tracks_yolo"),
        settings={},
    script:
        "../scripts/tracks_yolo.py"


rule tracks_yolo_contract:
    """The YOLO export holds what was sampled, byte by byte, which contract.json says."""
    input:
        frames=rules.tracks_yolo.input.frames,
        splits=rules.tracks_yolo.input.splits,
        folder=rules.tracks_yolo.output.folder,
    output:
        contract="results/tracks/exported/yolo/contract.json",
    log:
        "logs/tracks_yolo_contract.log",
    localrule: True
    conda:
        "../envs/curation.yaml"
    params:
        code=code_of("tracks_yolo_contract"),
        settings={},
    script:
        "../scripts/tracks_yolo_contract.py"


rule tracks_mot:
    """The tracks are there as the MOT Challenge has them."""
    input:
        rows=of_buckets(rules.tracks_rows.output.rows),
        metas=of_each(rules.tracks_follow.output.meta, TRACKS_SERVED),
        splits=rules.tracks_duplicates.output.splits,
    output:
        folder=directory("results/tracks/export/mot"),
    log:
        "logs/tracks_mot.log",
    benchmark:
        "benchmarks/tracks_mot.tsv"
    conda:
        "../envs/curation.yaml"
    resources:
        mem_mb=per_attempt(4000),
        runtime=per_attempt(240),
    params:
        code=code_of("tracks_mot"),
        settings={"rate": TRACKS.detector.rate},
    script:
        "../scripts/tracks_mot.py"


rule tracks_mot_contract:
    """The MOT export holds the tracks that are known, which contract.json says."""
    input:
        rows=rules.tracks_mot.input.rows,
        metas=rules.tracks_mot.input.metas,
        splits=rules.tracks_mot.input.splits,
        folder=rules.tracks_mot.output.folder,
    output:
        contract="results/tracks/exported/mot/contract.json",
    log:
        "logs/tracks_mot_contract.log",
    localrule: True
    conda:
        "../envs/curation.yaml"
    params:
        code=code_of("tracks_mot_contract"),
        settings={"rate": TRACKS.detector.rate},
    script:
        "../scripts/tracks_mot_contract.py"


TRACKS_EXPORTED = {
    "webdataset": (rules.tracks_webdataset.output.folder, rules.tracks_webdataset_contract.output.contract),
    "coco": (rules.tracks_coco.output.folder, rules.tracks_coco_contract.output.contract),
    "yolo": (rules.tracks_yolo.output.folder, rules.tracks_yolo_contract.output.contract),
    "mot": (rules.tracks_mot.output.folder, rules.tracks_mot_contract.output.contract),
}
