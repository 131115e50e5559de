# Tracks, sixth stage: near duplicates are found, subsets chosen.
# requires: tracks_rows.smk
# yields:   results/tracks/gallery/, results/tracks/{duplicates,splits,left_out}.tsv, results/tracks/subsets/<name>.parquet,
#           results/tracks/relaxation/<name>.tsv, results/tracks/tracks_subsets/<dataset>/, results/tracks/curation/


rule tracks_duplicates:
    """Tracks of different videos that show the same are listed, and each video has its split, such pairs on one side."""
    input:
        index=of_buckets(rules.tracks_rows.output.rows),
        declared=of_buckets(rules.sources_declared.output.table),
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
        declared=of_buckets(rules.sources_declared.output.table),
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
        lines=of_buckets(rules.tracks_rows.output.lines),
        declared=of_buckets(rules.sources_declared.output.table),
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
        relaxation=(
            report(
                "results/tracks/curation/relaxation.png",
                caption="captions/tracks_relaxation.rst",
                category="tracks",
                subcategory="curation",
                labels={"video": "all", "shows": "subsets, asked and taken"},
            )
            if TRACKS.subsets
            else "results/tracks/curation/relaxation.png"
        ),
        classes=report(
            "results/tracks/curation/classes.png",
            caption="captions/tracks_classes.rst",
            category="tracks",
            subcategory="curation",
            labels={"video": "all", "shows": "classes in subsets"},
        ),
        metrics=report(
            "results/tracks/curation/metrics.png",
            caption="captions/tracks_metrics.rst",
            category="tracks",
            subcategory="curation",
            labels={"video": "all", "shows": "motion and quality"},
        ),
        sheets=report(
            directory("results/tracks/curation/sheets"),
            patterns=["{shows}.png"],
            caption="captions/tracks_examples.rst",
            category="tracks",
            subcategory="curation",
            labels={"video": "demo", "shows": "clips: {shows}"},
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


rule tracks_gallery:
    """Tracks can be looked through, filtered and picked in gallery/index.html, what was dropped as well."""
    input:
        rows=of_buckets(rules.tracks_rows.output.rows),
        subsets=rules.tracks_subsets.output.rows,
        posters=of_each(rules.tracks_metrics.output.posters, TRACKS_VIDEOS),
    output:
        gallery=directory("results/tracks/gallery"),
    log:
        "logs/tracks_gallery.log",
    localrule: True
    conda:
        "../envs/curation.yaml"
    params:
        code=code_of("tracks_gallery"),
        settings={"subsets": TRACKS.subset_names(), "seed": config["seed"], "max_items": TRACKS.max_gallery_items},
    script:
        "../scripts/tracks_gallery.py"
