# Persistence: clips of a sphere on a 3-D path, with transients that appear for a few frames.
# requires: nothing, or a folder of base clips
# yields:   results/persistence/base/, results/persistence/dataset/ and results/persistence/variants/<variant>/dataset/,
#           results/persistence/models/<variant>/<task>/, results/persistence/evaluation/,
#           results/persistence/samples/<variant>/, results/persistence/card/,
#           results/persistence/{summary.tsv, outcomes.tsv, contract.json}
#
# An arm of the study is the base set with transients of one kind. {arm} is its place among the results: nothing for the
# default arm, variants/<name>/ for the others.

from framewright.persistence.places import arms, numbers_of, present, settings_of, shape_of, shards_of, without

PERSISTENCE = config["persistence"]
ARMS = arms(PERSISTENCE)
ARM_OF = {"" if name == "default" else f"variants/{name}/": name for name in ARMS}
PLACE_OF = {name: place for place, name in ARM_OF.items()}
TRAINED = {name: arm["train"] for name, arm in ARMS.items() if arm["train"]}
SHARDS = shards_of(PERSISTENCE["samples"], PERSISTENCE["shard_size"])


rule persistence_base:
    """A shard of the base set is rendered or, if the configuration names a folder, taken from it."""
    input:
        taken=lambda wildcards: present(
            PERSISTENCE["base"]["folder"],
            numbers_of(wildcards.shard, PERSISTENCE["samples"], PERSISTENCE["shard_size"]),
        ),
    output:
        clips=directory("results/persistence/shards/base/{shard}"),
        account="results/persistence/shards/base/{shard}.json",
    log:
        "logs/persistence_base/{shard}.log",
    benchmark:
        "benchmarks/persistence_base/{shard}.tsv"
    conda:
        "../envs/persistence.yaml"
    resources:
        mem_mb=lambda wildcards, attempt: 2000 * attempt,
    params:
        code=code_of("persistence_base"),
        base=without(PERSISTENCE["base"], "folder", "visible_share", "storage"),
        folder=PERSISTENCE["base"]["folder"],
        visible_share=PERSISTENCE["base"]["visible_share"],
        storage=PERSISTENCE["base"]["storage"],
        numbers=lambda wildcards: numbers_of(wildcards.shard, PERSISTENCE["samples"], PERSISTENCE["shard_size"]),
        seed=config["seed"],
    script:
        "../scripts/persistence_base.py"


rule persistence_link:
    """The base set is in one folder; its files are links to those of its shards."""
    input:
        shards=expand(rules.persistence_base.output.clips, shard=SHARDS),
    output:
        folder=directory("results/persistence/base"),
    log:
        "logs/persistence_link.log",
    localrule: True
    conda:
        "../envs/persistence.yaml"
    params:
        code=code_of("persistence_link"),
    script:
        "../scripts/persistence_link.py"


rule persistence_augment:
    """A shard of an arm has the base clips with their transients, labelled by what was drawn."""
    input:
        clips=rules.persistence_base.output.clips,
    output:
        clips=directory("results/persistence/shards/arms/{variant}/{shard}"),
        account="results/persistence/shards/arms/{variant}/{shard}.json",
    log:
        "logs/persistence_augment/{variant}/{shard}.log",
    benchmark:
        "benchmarks/persistence_augment/{variant}/{shard}.tsv"
    conda:
        "../envs/persistence.yaml"
    resources:
        mem_mb=lambda wildcards, attempt: 2000 * attempt,
    params:
        code=code_of("persistence_augment"),
        recipe=lambda wildcards: without(ARMS[wildcards.variant], "storage", "train"),
        storage=lambda wildcards: ARMS[wildcards.variant]["storage"],
        seed=config["seed"],
    script:
        "../scripts/persistence_augment.py"


rule persistence_dataset:
    """An arm is in one folder as documented, with a summary that is counted from its files."""
    input:
        shards=lambda wildcards: expand(
            rules.persistence_augment.output.clips, variant=ARM_OF[wildcards.arm], shard=SHARDS
        ),
        base=expand(rules.persistence_base.output.account, shard=SHARDS),
        accounts=lambda wildcards: expand(
            rules.persistence_augment.output.account, variant=ARM_OF[wildcards.arm], shard=SHARDS
        ),
    output:
        dataset=directory("results/persistence/{arm}dataset"),
    log:
        "logs/persistence_dataset/{arm}dataset.log",
    wildcard_constraints:
        arm=r"(variants/\w+/)?",
    conda:
        "../envs/persistence.yaml"
    params:
        code=code_of("persistence_dataset"),
        samples=PERSISTENCE["samples"],
        configuration=lambda wildcards: {
            "variant": ARM_OF[wildcards.arm],
            "seed": config["seed"],
            "num_samples": PERSISTENCE["samples"],
            "transients_per_video": ARMS[ARM_OF[wildcards.arm]]["per_video"],
            "checkpoint_interval": PERSISTENCE["shard_size"],
            "source": PERSISTENCE["base"],
            "transients": without(ARMS[ARM_OF[wildcards.arm]], "train"),
        },
    script:
        "../scripts/persistence_dataset.py"


rule persistence_summary:
    """The figures of all arms are in one table; one says of each clip what became of it."""
    input:
        base=expand(rules.persistence_base.output.account, shard=SHARDS),
        accounts=expand(rules.persistence_augment.output.account, variant=ARMS, shard=SHARDS),
        datasets=expand(rules.persistence_dataset.output.dataset, arm=ARM_OF),
    output:
        table="results/persistence/summary.tsv",
        outcomes="results/persistence/outcomes.tsv",
        page=report(
            "results/persistence/summary.html",
            caption="captions/persistence_summary.rst",
            category="Persistence",
            labels={"variant": "all", "shows": "figures"},
        ),
    log:
        "logs/persistence_summary.log",
    localrule: True
    conda:
        "../envs/persistence.yaml"
    params:
        code=code_of("persistence_summary"),
        samples=PERSISTENCE["samples"],
        variants=list(ARMS),
    script:
        "../scripts/persistence_summary.py"


rule persistence_card:
    """The clips have a card for programs and one for people: what they are, what was lost, limits."""
    input:
        outcomes=rules.persistence_summary.output.outcomes,
        datasets=expand(rules.persistence_dataset.output.dataset, arm=ARM_OF),
    output:
        croissant="results/persistence/card/croissant.json",
        index="results/persistence/card/index.parquet",
        readme="results/persistence/card/README.md",
        page=report(
            "results/persistence/card/README.html",
            caption="captions/persistence_card.rst",
            category="Persistence",
            labels={"variant": "all", "shows": "card"},
        ),
    log:
        "logs/persistence_card.log",
    localrule: True
    conda:
        "../envs/persistence.yaml"
    params:
        code=code_of("persistence_card"),
        settings={
            "chosen": {"seed": config["seed"], "persistence": without(PERSISTENCE, "shard_size", "train")},
            "citation": CITATION,
            "places": {name: f"{PLACE_OF[name]}dataset/" for name in ARMS},
        },
    script:
        "../scripts/persistence_card.py"


rule persistence_preview:
    """Clips of an arm are there to look at and to take home: strips, moving pictures, metadata and statistics."""
    input:
        dataset=lambda wildcards: expand(rules.persistence_dataset.output.dataset, arm=PLACE_OF[wildcards.variant])[0],
    output:
        samples=report(
            directory("results/persistence/samples/{variant}"),
            patterns=["{name}.png", "{name}.gif"],
            caption="captions/persistence_preview.rst",
            category="Persistence",
            labels={"variant": "{variant}", "shows": "{name}"},
        ),
    log:
        "logs/persistence_preview/{variant}.log",
    benchmark:
        "benchmarks/persistence_preview/{variant}.tsv"
    conda:
        "../envs/persistence.yaml"
    params:
        code=code_of("persistence_preview"),
        number=PERSISTENCE["previews"],
    script:
        "../scripts/persistence_preview.py"


rule persistence_train:
    """A model has learnt its task from the clips of an arm that are in train, and knows from val how sure it may be."""
    input:
        dataset=lambda wildcards: expand(rules.persistence_dataset.output.dataset, arm=PLACE_OF[wildcards.variant])[0],
    output:
        model="results/persistence/models/{variant}/{task}/model.pt",
        history="results/persistence/models/{variant}/{task}/history.json",
    log:
        "logs/persistence_train/{variant}/{task}.log",
    benchmark:
        "benchmarks/persistence_train/{variant}/{task}.tsv"
    wildcard_constraints:
        task="persistence|multitask|attention",
    conda:
        "../envs/persistence.yaml"
    resources:
        mem_mb=lambda wildcards, attempt: 3000 * attempt,
        gpu=PERSISTENCE["train"]["gpus"],
    params:
        code=code_of("persistence_train"),
        shape=lambda wildcards: shape_of(wildcards.task, PERSISTENCE["train"]),
        settings=lambda wildcards: settings_of(wildcards.task, PERSISTENCE["train"]),
        seed=config["seed"],
    script:
        "../scripts/persistence_train.py"


rule persistence_evaluate:
    """The models' figures on unseen sources stand beside baselines and the best that is possible, and are drawn."""
    input:
        datasets=expand(rules.persistence_dataset.output.dataset, arm=[PLACE_OF[name] for name in TRAINED]),
        models=[
            path
            for name, tasks in TRAINED.items()
            for path in expand(rules.persistence_train.output.model, variant=name, task=tasks)
        ],
    output:
        figures="results/persistence/evaluation/evaluation.json",
        page=report(
            "results/persistence/evaluation/evaluation.html",
            caption="captions/persistence_evaluation.rst",
            category="Persistence",
            labels={"variant": "all", "shows": "evaluation"},
        ),
        curves=report(
            "results/persistence/evaluation/accuracy.png",
            caption="captions/persistence_curves.rst",
            category="Persistence",
            labels={"variant": "all", "shows": "accuracy by frames seen"},
        ),
        attention=report(
            "results/persistence/evaluation/attention.png",
            caption="captions/persistence_attention.rst",
            category="Persistence",
            labels={"variant": "all", "shows": "attention"},
        ),
    log:
        "logs/persistence_evaluate.log",
    benchmark:
        "benchmarks/persistence_evaluate.tsv"
    conda:
        "../envs/persistence.yaml"
    resources:
        mem_mb=lambda wildcards, attempt: 3000 * attempt,
    params:
        code=code_of("persistence_evaluate"),
        recipes={name: without(ARMS[name], "storage", "train") for name in TRAINED},
        tasks=TRAINED,
        sure=PERSISTENCE["train"]["early_exit"],
        seed=config["seed"],
    script:
        "../scripts/persistence_evaluate.py"


rule persistence_contract:
    """Every clip keeps what the documents promise, which contract.json says."""
    input:
        base=rules.persistence_link.output.folder,
        datasets=expand(rules.persistence_dataset.output.dataset, arm=ARM_OF),
        outcomes=rules.persistence_summary.output.outcomes,
        evaluations=[rules.persistence_evaluate.output.figures] if TRAINED else [],
    output:
        contract="results/persistence/contract.json",
    log:
        "logs/persistence_contract.log",
    benchmark:
        "benchmarks/persistence_contract.tsv"
    retries: 0
    conda:
        "../envs/persistence.yaml"
    resources:
        mem_mb=lambda wildcards, attempt: 2000 * attempt,
    params:
        code=code_of("persistence_contract"),
        variants={name: arm["per_video"] for name, arm in ARMS.items()},
        samples=PERSISTENCE["samples"],
        most_lost=PERSISTENCE["most_lost"],
    script:
        "../scripts/persistence_contract.py"


rule persistence:
    """All arms of the study and their models are there, checked and described."""
    input:
        rules.persistence_link.output.folder,
        expand(rules.persistence_dataset.output.dataset, arm=ARM_OF),
        rules.persistence_summary.output,
        expand(rules.persistence_preview.output.samples, variant=ARMS),
        rules.persistence_evaluate.output if TRAINED else [],
        rules.persistence_card.output,
        rules.persistence_contract.output.contract,
