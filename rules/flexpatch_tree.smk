# The tree of flexpatch: which tracks fail next, learned from samples.
# requires: results/flexpatch/training_data.csv
# yields:   results/flexpatch/flexpatch_model.joblib and what stands beside it


rule flexpatch_train:
    """The tree is trained, rated on held-out samples, compared with other models, and drawn."""
    input:
        data=rules.flexpatch_gather.output.data,
        side=rules.flexpatch_gather.output.side,
        pretrained=FLEXPATCH_PRETRAINED,
    output:
        model="results/flexpatch/flexpatch_model.joblib",
        card="results/flexpatch/flexpatch_model.json",
        summary="results/flexpatch/training_summary.json",
        text=report(
            "results/flexpatch/training_summary.txt",
            caption="captions/flexpatch_train.rst",
            category="flexpatch",
            subcategory="tree",
            labels={"shows": "training"},
        ),
        picture=report(
            "results/flexpatch/tree.svg",
            caption="captions/flexpatch_train.rst",
            category="flexpatch",
            subcategory="tree",
            labels={"shows": "tree"},
        ),
        histograms=report(
            "results/flexpatch/features.png",
            caption="captions/flexpatch_train.rst",
            category="flexpatch",
            subcategory="tree",
            labels={"shows": "features"},
        ),
    log:
        "logs/flexpatch_train.log",
    benchmark:
        "benchmarks/flexpatch_train.tsv"
    conda:
        "../envs/flexpatch.yaml"
    resources:
        mem_mb=per_attempt(3000),
        runtime=per_attempt(120),
    params:
        code=code_of("flexpatch_train"),
        settings=flexpatch_settings.training_settings(FLEXPATCH, FLEXPATCH_SPLITS),
    script:
        "../scripts/flexpatch_train.py"


rule flexpatch_pretrain:
    """The model that ships is trained again on drawn scenes, with its card; not a part of the pipeline's results."""
    input:
        weights=DEMO_DETECTOR,
    output:
        model="results/flexpatch/pretrained/pretrained.json",
        card="results/flexpatch/pretrained/pretrained.md",
    log:
        "logs/flexpatch_pretrain.log",
    benchmark:
        "benchmarks/flexpatch_pretrain.tsv"
    conda:
        "../envs/runtime.yaml"
    resources:
        mem_mb=per_attempt(3000),
        runtime=per_attempt(240),
    params:
        code=code_of("flexpatch_pretrain"),
        settings=flexpatch_settings.pretraining_settings(FLEXPATCH),
    script:
        "../scripts/flexpatch_pretrain.py"
