# Tracks, fifth stage: clips are measured, tracks indexed, near duplicates found, subsets chosen.
# requires: tracks_objects.smk, tracks_clips.smk
# yields:   results/tracks/{tracks_motion,tracks_embeddings,tracks_quality}/<dataset>/<video>.npz, results/tracks/index/,
#           results/tracks/{duplicates,splits,left_out}.tsv, results/tracks/subsets/<name>.parquet,
#           results/tracks/relaxation/<name>.tsv, results/tracks/tracks_subsets/<dataset>/, results/tracks/curation/


rule tracks_metrics:
    """The clips of a video are measured in one decode: motion, embeddings and quality, by track id."""
    input:
        clips=rules.tracks_extract.output.clips,
        record=rules.tracks_extract.output.record,
        meta=rules.tracks_follow.output.meta,
        detections=rules.tracks_detect.output.detections,
        motion=TRACKS.motion_files(),
        embedding=TRACKS.embedding_files(),
    output:
        motion=f"results/tracks/tracks_motion/{TRACKS.dataset}/{{video}}.npz",
        embeddings=f"results/tracks/tracks_embeddings/{TRACKS.dataset}/{{video}}.npz",
        quality=f"results/tracks/tracks_quality/{TRACKS.dataset}/{{video}}.npz",
    log:
        "logs/tracks_metrics/{video}.log",
    benchmark:
        "benchmarks/tracks_metrics/{video}.tsv"
    conda:
        "../envs/curation.yaml"
    resources:
        mem_mb=lambda wildcards, attempt: 1500 * attempt,
    params:
        code=code_of("tracks_metrics"),
        settings=TRACKS.choose("metrics"),
    script:
        "../scripts/tracks_metrics.py"


rule tracks_index:
    """The tracks of a bucket of videos stand in a table with their metrics; their lines lie beside it, compressed."""
    input:
        metas=of_bucket(rules.tracks_follow.output.meta, TRACKS_VIDEOS),
        clips=of_bucket(rules.tracks_extract.output.record, TRACKS_VIDEOS),
        motions=of_bucket(rules.tracks_metrics.output.motion, TRACKS_VIDEOS),
        embeddings=of_bucket(rules.tracks_metrics.output.embeddings, TRACKS_VIDEOS),
        qualities=of_bucket(rules.tracks_metrics.output.quality, TRACKS_VIDEOS),
    output:
        table="results/tracks/index/{bucket}.parquet",
        lines="results/tracks/index/{bucket}.pieces",
    log:
        "logs/tracks_index/{bucket}.log",
    localrule: True
    conda:
        "../envs/curation.yaml"
    params:
        code=code_of("tracks_index"),
        settings={},
    script:
        "../scripts/tracks_index.py"


rule tracks_duplicates:
    """Tracks of different videos that show the same are listed, and each video has its split, such pairs on one side."""
    input:
        index=of_buckets(rules.tracks_index.output.table),
        declared=rules.sources_declared.output.table,
    output:
        pairs="results/tracks/duplicates.tsv",
        splits="results/tracks/splits.tsv",
    log:
        "logs/tracks_duplicates.log",
    localrule: True
    conda:
        "../envs/curation.yaml"
    params:
        code=code_of("tracks_duplicates"),
        settings=TRACKS.choose("likeness") | {"splits": TRACKS.splits, "seed": config["seed"]},
    script:
        "../scripts/tracks_duplicates.py"


rule tracks_subsets:
    """Each subset has its rows, and a table that says by class what was asked, found, taken and relaxed."""
    input:
        index=rules.tracks_duplicates.input.index,
        declared=rules.sources_declared.output.table,
        pairs=rules.tracks_duplicates.output.pairs,
        splits=rules.tracks_duplicates.output.splits,
        evaluation=TRACKS.evaluation_files(),
        ids=TRACKS.id_files(),
    output:
        rows=expand("results/tracks/subsets/{name}.parquet", name=TRACKS.subset_names()),
        fills=expand("results/tracks/relaxation/{name}.tsv", name=TRACKS.subset_names()),
        left_out="results/tracks/left_out.tsv",
        stages="results/tracks/curation/stages.tsv",
    log:
        "logs/tracks_subsets.log",
    localrule: True
    conda:
        "../envs/curation.yaml"
    params:
        code=code_of("tracks_subsets"),
        settings={"subsets": TRACKS.subsets, "remove": TRACKS.remove_duplicates, "seed": config["seed"]},
    script:
        "../scripts/tracks_subsets.py"


rule tracks_subset_files:
    """The index and the subsets stand under their documented names, as gzip files of JSON lines, with counts in them."""
    input:
        index=rules.tracks_duplicates.input.index,
        lines=of_buckets(rules.tracks_index.output.lines),
        declared=rules.sources_declared.output.table,
        rows=rules.tracks_subsets.output.rows,
    output:
        folder=directory(f"results/tracks/tracks_subsets/{TRACKS.dataset}"),
    log:
        "logs/tracks_subset_files.log",
    localrule: True
    conda:
        "../envs/curation.yaml"
    params:
        code=code_of("tracks_subset_files"),
        settings={"dataset": TRACKS.dataset, "subsets": TRACKS.subsets, "seed": config["seed"]},
    script:
        "../scripts/tracks_subset_files.py"


rule tracks_subsets_contract:
    """The subsets keep what they promise, which the contract says."""
    input:
        rows=rules.tracks_subsets.output.rows,
        fills=rules.tracks_subsets.output.fills,
        left_out=rules.tracks_subsets.output.left_out,
        folder=rules.tracks_subset_files.output.folder,
        pairs=rules.tracks_duplicates.output.pairs,
        splits=rules.tracks_duplicates.output.splits,
        evaluation=TRACKS.evaluation_files(),
    output:
        contract="results/tracks/curation/contract.json",
    log:
        "logs/tracks_subsets_contract.log",
    localrule: True
    conda:
        "../envs/curation.yaml"
    params:
        code=code_of("tracks_subsets_contract"),
        settings={"dataset": TRACKS.dataset, "subsets": TRACKS.subsets, "seed": config["seed"]},
    script:
        "../scripts/tracks_subsets_contract.py"


rule tracks_subsets_preview:
    """Charts show relaxation, classes, motion and quality before and after; sheets show what thresholds look like."""
    input:
        index=rules.tracks_duplicates.input.index,
        rows=rules.tracks_subsets.output.rows,
        fills=rules.tracks_subsets.output.fills,
        left_out=rules.tracks_subsets.output.left_out,
        pairs=rules.tracks_duplicates.output.pairs,
        clips=of_each(rules.tracks_extract.output.clips, TRACKS_SHOWN),
    output:
        relaxation=report(
            "results/tracks/curation/relaxation.png",
            caption="captions/tracks_relaxation.rst",
            category="Tracks",
            labels={"video": "all", "shows": "subsets, asked and taken"},
        ),
        classes=report(
            "results/tracks/curation/classes.png",
            caption="captions/tracks_classes.rst",
            category="Tracks",
            labels={"video": "all", "shows": "classes in subsets"},
        ),
        metrics=report(
            "results/tracks/curation/metrics.png",
            caption="captions/tracks_metrics.rst",
            category="Tracks",
            labels={"video": "all", "shows": "motion and quality"},
        ),
        examples=report(
            "results/tracks/curation/examples.png",
            caption="captions/tracks_examples.rst",
            category="Tracks",
            labels={"video": "demo", "shows": "clips at thresholds of motion"},
        ),
        duplicates=report(
            "results/tracks/curation/duplicates.png",
            caption="captions/tracks_duplicates.rst",
            category="Tracks",
            labels={"video": "demo", "shows": "near duplicates"},
        ),
    log:
        "logs/tracks_subsets_preview.log",
    localrule: True
    conda:
        "../envs/curation.yaml"
    params:
        code=code_of("tracks_subsets_preview"),
        settings={"subsets": TRACKS.subsets, "seed": config["seed"]},
    script:
        "../scripts/tracks_subsets_preview.py"


rule tracks_npy:
    """The metrics of a video's clips in TrackVerse's own files, one for each clip; made when asked for."""
    input:
        record=rules.tracks_extract.output.record,
        motion=rules.tracks_metrics.output.motion,
        embeddings=rules.tracks_metrics.output.embeddings,
    output:
        folder=directory("results/tracks/npy/{video}"),
    log:
        "logs/tracks_npy/{video}.log",
    localrule: True
    conda:
        "../envs/curation.yaml"
    params:
        code=code_of("tracks_npy"),
        settings={"dataset": TRACKS.dataset},
    script:
        "../scripts/tracks_npy.py"
