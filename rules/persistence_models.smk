# Models of persistence: trained on an arm of the study, and measured on every arm.
# requires: results/persistence/dataset/ and results/persistence/variants/<variant>/dataset/
# yields:   results/persistence/models/<variant>/<task>/, results/persistence/evaluation/


rule persistence_train:
    """A model has learnt its task from the clips of an arm that are in train, and knows from val how sure it may be."""
    input:
        dataset=lambda wildcards: expand(
            rules.persistence_dataset.output.dataset, arm=PERSISTENCE_PLACE_OF[wildcards.variant]
        )[0],
    output:
        model="results/persistence/models/{variant}/{task}/model.pt",
        history="results/persistence/models/{variant}/{task}/history.json",
    log:
        "logs/persistence_train/{variant}/{task}.log",
    benchmark:
        "benchmarks/persistence_train/{variant}/{task}.tsv"
    wildcard_constraints:
        task="persistence|multitask|attention|objects",
    conda:
        "../envs/persistence.yaml"
    resources:
        mem_mb=per_attempt(3000),
        runtime=per_attempt(720),
        gpu=PERSISTENCE["train"]["gpus"],
    params:
        code=code_of("persistence_train"),
        settings=lambda wildcards: persistence_settings.training_settings(PERSISTENCE, config["seed"], wildcards.task),
    script:
        "../scripts/persistence_train.py"


rule persistence_evaluate:
    """The models' figures on unseen sources stand beside baselines and the best that is possible, and are drawn."""
    input:
        datasets=expand(
            rules.persistence_dataset.output.dataset, arm=[PERSISTENCE_PLACE_OF[name] for name in PERSISTENCE_TRAINED]
        ),
        audits=expand(rules.persistence_audit.output.audit, variant=PERSISTENCE_TRAINED),
        models=[
            path
            for name, tasks in PERSISTENCE_TRAINED.items()
            for path in expand(rules.persistence_train.output.model, variant=name, task=tasks)
        ],
    output:
        figures="results/persistence/evaluation/evaluation.json",
        page=report(
            "results/persistence/evaluation/evaluation.html",
            caption="captions/persistence_evaluation.rst",
            category="persistence",
            subcategory="models",
            labels={"variant": "all", "shows": "evaluation"},
        ),
        curves=report(
            "results/persistence/evaluation/accuracy.png",
            caption="captions/persistence_curves.rst",
            category="persistence",
            subcategory="models",
            labels={"variant": "all", "shows": "accuracy by frames seen"},
        ),
        attention=report(
            "results/persistence/evaluation/attention.png",
            caption="captions/persistence_attention.rst",
            category="persistence",
            subcategory="models",
            labels={"variant": "all", "shows": "attention"},
        ),
    log:
        "logs/persistence_evaluate.log",
    benchmark:
        "benchmarks/persistence_evaluate.tsv"
    conda:
        "../envs/persistence.yaml"
    resources:
        mem_mb=per_attempt(3000),
        runtime=per_attempt(240),
    params:
        code=code_of("persistence_evaluate"),
        settings={
            "arms": [
                {
                    "name": name,
                    "variant": persistence_settings.variant_settings(PERSISTENCE_ARMS[name]),
                    "tasks": tasks,
                }
                for name, tasks in PERSISTENCE_TRAINED.items()
            ],
            "early_exit": PERSISTENCE["train"]["early_exit"],
            "seed": config["seed"],
        },
    script:
        "../scripts/persistence_evaluate.py"
