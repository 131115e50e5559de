# Overview: pictures of the workflow itself.
# requires: the rule files, and benchmarks/ as far as they are there
# yields:   results/dag.svg, results/dag/<pipeline>.{svg,html}, results/costs.{tsv,svg}, results/front.rst

CONTRACTS = ("contract", "subsets_contract")  # of a pipeline: rules whose output is a contract


rule overview_dag:
    """The rules of each pipeline are drawn as a graph, and all rules of this configuration in results/dag.svg."""
    output:
        svg="results/dag.svg",
        pipelines=report(
            directory("results/dag"),
            patterns=["{pipeline}.html"],
            caption="captions/overview_dag.rst",
            category="overview",
            labels={"shows": "rules of {pipeline}"},
        ),
    log:
        "logs/overview_dag.log",
    localrule: True
    conda:
        "../envs/overview.yaml"
    resources:
        driver=sys.executable,  # the Python that has Snakemake, which this rule's environment need not
        snakefile=str(HOUSE / "Snakefile"),
        table=str(TABLE),
    params:
        code=code_of("overview_dag"),
        settings=lambda wildcards: {
            "rules": versions.digest([path.read_text() for path in sorted(HOUSE.glob("rules/*.smk"))]),
            "config": DECIDING,
            "pipelines": ["sources", *config["pipelines"]],
            "kinds": sorted(by_kind()),
            "reported": list_reported(),
        },
    script:
        "../scripts/overview_dag.py"


# What jobs took is on record beside Snakemake's own records, so it is no input. It is whole when the MANIFEST is there.
rule overview_costs:
    """What each rule cost in time and memory is drawn, once all else is made. No MANIFEST has it: clocks differ."""
    input:
        manifest=lambda wildcards: rules.cards_manifest.output.manifest,
    output:
        table="results/costs.tsv",
        picture=report(
            "results/costs.svg",
            caption="captions/overview_costs.rst",
            category="overview",
            labels={"shows": "time and memory"},
        ),
    log:
        "logs/overview_costs.log",
    localrule: True
    conda:
        "../envs/overview.yaml"
    params:
        code=code_of("overview_costs"),
        settings={},
    script:
        "../scripts/overview_costs.py"


# It tells what the run cost, so no MANIFEST has it either. The report opens with it.
rule overview_front:
    """The first page of the report says what was made, of what, what was dropped and why, and how to load it."""
    input:
        costs=rules.overview_costs.output.table,
        versions=lambda wildcards: rules.cards_versions.output.versions,
        outcomes=lambda wildcards: rules.cards_funnel.input.outcomes,
        tiles=lambda wildcards: [getattr(rules, f"{word}_card").output.tile for word in PIPELINES],
        stages=lambda wildcards: rules.cards_funnel.input.stages,
        contracts=lambda wildcards: [
            getattr(rules, f"{word}_{part}").output.contract for part in CONTRACTS for word in pipelines_with(part)
        ],
    output:
        page=FRONT_PAGE,
    log:
        "logs/overview_front.log",
    localrule: True
    conda:
        "../envs/overview.yaml"
    params:
        code=code_of("overview_front"),
        settings=lambda wildcards: {
            "pipelines": PIPELINES,
            "counted": pipelines_with("subsets"),
            "promising": [word for part in CONTRACTS for word in pipelines_with(part)],
            "cards": [str(getattr(rules, f"{word}_card").output.page) for word in PIPELINES],
            "sources": {kind: len(ids) for kind, ids in sorted(by_kind().items())},
            "seed": config["seed"],
        },
    script:
        "../scripts/overview_front.py"


# How often rules run whose wildcards are neither videos nor buckets, and which the study doesn't ask for.
FORECAST_TRAINS = ("vqvae", "codes", "gpt", "generate", "judge", "clips")
FORECAST_JOBS = {
    "overview_dag": 1,
    "sources_workflow": 2,
    **dict.fromkeys(("tracks_detector", "tracks_npy", "flexpatch_pretrain", "patches_forecast"), 0),
    "tracks_entries": int(bool(TRACKS_ENTRIES)),
    "tracks_frames": len(TRACKS_SERVED) * int(bool({"coco", "yolo"} & {*TRACKS_EXPORTS})),
    **{
        f"tracks_{format}{part}": int(format in TRACKS_EXPORTS)
        for format in TRACKS_EXPORTED
        for part in ("", "_contract")
    },
    **{
        f"patches_{format}{part}": int(format in PATCHES_EXPORTS)
        for format in PATCHES_EXPORTED
        for part in ("", "_contract")
    },
    "patches_cut": len(PATCHES_PARTS),
    "persistence_base": len(PERSISTENCE_SHARDS),
    "persistence_augment": len(PERSISTENCE_SHARDS) * len(PERSISTENCE_ARMS),
    "persistence_train": sum(len(tasks) for tasks in PERSISTENCE_TRAINED.values()),
    "persistence_evaluate": int(bool(PERSISTENCE_TRAINED)),
    **{f"persistence_{stage}": len(PERSISTENCE_ARMS) for stage in ("dataset", "objects", "audit", "preview", "tables")},
    "videomnist_download": len(videomnist_digit_files.files_to_fetch(VIDEOMNIST["digits"])),
    "videomnist_shard": sum(len(shards) for shards in VIDEOMNIST_SHARDS.values()),
    "videomnist_classes": len(VIDEOMNIST_SHARDS) if VIDEOMNIST["class_folders"] else 0,
    "videomnist_merge": len(videomnist_settings.name_sets(VIDEOMNIST)),
    **{f"videomnist_{stage}": int(VIDEOMNIST_TRAINING["enabled"]) for stage in FORECAST_TRAINS},
    "videomnist_convert": len(VIDEOMNIST_FOLDERS),
}


rule forecast:
    """What the study will take is said, rule by rule: hours of CPUs and GPUs, disk, time on nodes. It makes nothing."""
    log:
        "logs/forecast.log",
    localrule: True
    conda:
        "../envs/patches.yaml"
    threads: 1024  # as many as this run was given: that is what it tells
    params:
        code=code_of("forecast"),
        settings=lambda wildcards: {
            "jobs": jobs_by_rule(FORECAST_JOBS),
            "videos": [row.video for row in videos.values() if {*row.pipelines} & {*PIPELINES}],
            "gpu": [made.name for made in workflow.rules if needs_gpu(made)],
            "probe": str(rules.sources_probe.output.probe),
            "patches": patches_settings.compose_wanted(PATCHES, PATCHES_WINDOWS)
            | {"probes": {video: rules.sources_probe.output.probe.format(video=video) for video in PATCHES_FILMS}},
        },
    script:
        "../scripts/forecast.py"


rule overview:
    """The workflow and what it cost are drawn, and the report has its first page."""
    input:
        rules.overview_front.output.page,
        rules.overview_dag.output.svg,
        rules.overview_costs.output.picture,
