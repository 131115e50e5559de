# Persistence: clips of a sphere on a 3-D path, with transients that appear for a few frames.
# requires: nothing, or a folder of base clips
# yields:   results/persistence/base/, results/persistence/dataset/ and results/persistence/variants/<variant>/dataset/,
#           results/persistence/samples/<variant>/, results/persistence/tables/<variant>/,
#           results/persistence/{card,gallery}/,
#           results/persistence/{summary.tsv, outcomes.tsv, contract.json}
#
# An arm of the study is the base set with transients of one kind. {arm} is its place among the results: nothing for the
# default arm, variants/<name>/ for the others.

from framewright.persistence import base_files as persistence_base_files
from framewright.persistence import settings as persistence_settings

PERSISTENCE = config["persistence"]
PERSISTENCE_ARMS = persistence_settings.complete_arms(PERSISTENCE)
PERSISTENCE_ARM_OF = {"" if name == "default" else f"variants/{name}/": name for name in PERSISTENCE_ARMS}
PERSISTENCE_PLACE_OF = {name: place for place, name in PERSISTENCE_ARM_OF.items()}
PERSISTENCE_TRAINED = {name: arm["train"] for name, arm in PERSISTENCE_ARMS.items() if arm["train"]}
PERSISTENCE_SHARDS = persistence_settings.list_shards(PERSISTENCE)


rule persistence_base:
    """A shard of the base set is rendered or, if the configuration names a folder, taken from it."""
    input:
        taken=lambda wildcards: persistence_base_files.find_files(
            PERSISTENCE["base"]["folder"], persistence_settings.number_clips(PERSISTENCE, wildcards.shard)
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
        mem_mb=per_attempt(2000),
        runtime=per_attempt(60),
    params:
        code=code_of("persistence_base"),
        settings=lambda wildcards: persistence_settings.base_settings(PERSISTENCE, config["seed"], wildcards.shard),
    script:
        "../scripts/persistence_base.py"


rule persistence_link:
    """The base set is in one folder; its files are links to those of its shards."""
    input:
        shards=expand(rules.persistence_base.output.clips, shard=PERSISTENCE_SHARDS),
    output:
        folder=directory("results/persistence/base"),
    log:
        "logs/persistence_link.log",
    localrule: True
    conda:
        "../envs/persistence.yaml"
    params:
        code=code_of("persistence_link"),
        settings={},
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
        mem_mb=per_attempt(2000),
        runtime=per_attempt(60),
    params:
        code=code_of("persistence_augment"),
        settings=lambda wildcards: {
            "variant": persistence_settings.variant_settings(PERSISTENCE_ARMS[wildcards.variant]),
            "storage": PERSISTENCE_ARMS[wildcards.variant]["storage"],
            "seed": config["seed"],
        },
    script:
        "../scripts/persistence_augment.py"


rule persistence_dataset:
    """An arm is in one folder as documented, with a summary that is counted from its files."""
    input:
        shards=lambda wildcards: expand(
            rules.persistence_augment.output.clips, variant=PERSISTENCE_ARM_OF[wildcards.arm], shard=PERSISTENCE_SHARDS
        ),
        base=expand(rules.persistence_base.output.account, shard=PERSISTENCE_SHARDS),
        accounts=lambda wildcards: expand(
            rules.persistence_augment.output.account,
            variant=PERSISTENCE_ARM_OF[wildcards.arm],
            shard=PERSISTENCE_SHARDS,
        ),
    output:
        dataset=directory("results/persistence/{arm}dataset"),
    log:
        "logs/persistence_dataset/{arm}dataset.log",
    wildcard_constraints:
        arm=r"(variants/\w+/)?",
    conda:
        "../envs/persistence.yaml"
    resources:
        mem_mb=per_attempt(2000),
        runtime=per_attempt(120),
    params:
        code=code_of("persistence_dataset"),
        settings=lambda wildcards: {
            "samples": PERSISTENCE["samples"],
            "configuration": persistence_settings.document_settings(
                PERSISTENCE, config["seed"], PERSISTENCE_ARM_OF[wildcards.arm]
            ),
        },
    script:
        "../scripts/persistence_dataset.py"


rule persistence_objects:
    """The spheres of an arm are one by one in a table: which persist, and where each is in each frame."""
    input:
        dataset=lambda wildcards: expand(
            rules.persistence_dataset.output.dataset, arm=PERSISTENCE_PLACE_OF[wildcards.variant]
        )[0],
    output:
        objects="results/persistence/objects/{variant}.parquet",
    log:
        "logs/persistence_objects/{variant}.log",
    conda:
        "../envs/persistence.yaml"
    resources:
        mem_mb=per_attempt(2000),
        runtime=per_attempt(120),
    params:
        code=code_of("persistence_objects"),
        settings={},
    script:
        "../scripts/persistence_objects.py"


rule persistence_audit:
    """What an arm gives away without learning is measured: by baselines, and by who knows each sphere's identity."""
    input:
        dataset=lambda wildcards: expand(
            rules.persistence_dataset.output.dataset, arm=PERSISTENCE_PLACE_OF[wildcards.variant]
        )[0],
    output:
        audit="results/persistence/audit/{variant}.json",
    log:
        "logs/persistence_audit/{variant}.log",
    benchmark:
        "benchmarks/persistence_audit/{variant}.tsv"
    conda:
        "../envs/persistence.yaml"
    resources:
        mem_mb=per_attempt(2000),
        runtime=per_attempt(120),
    params:
        code=code_of("persistence_audit"),
        settings={},
    script:
        "../scripts/persistence_audit.py"


rule persistence_summary:
    """The figures of all arms are in one table; one says of each clip what became of it."""
    input:
        base=expand(rules.persistence_base.output.account, shard=PERSISTENCE_SHARDS),
        accounts=expand(rules.persistence_augment.output.account, variant=PERSISTENCE_ARMS, shard=PERSISTENCE_SHARDS),
        datasets=expand(rules.persistence_dataset.output.dataset, arm=PERSISTENCE_ARM_OF),
    output:
        table="results/persistence/summary.tsv",
        outcomes="results/persistence/outcomes.tsv",
        page=report(
            "results/persistence/summary.html",
            caption="captions/persistence_summary.rst",
            category="persistence",
            subcategory="dataset",
            labels={"variant": "all", "shows": "figures"},
        ),
    log:
        "logs/persistence_summary.log",
    localrule: True
    conda:
        "../envs/persistence.yaml"
    params:
        code=code_of("persistence_summary"),
        settings={"samples": PERSISTENCE["samples"], "arms": list(PERSISTENCE_ARMS)},
    script:
        "../scripts/persistence_summary.py"


rule persistence_rows:
    """Each clip of each arm stands in a row, which all that serves clips reads."""
    input:
        datasets=expand(rules.persistence_dataset.output.dataset, arm=PERSISTENCE_ARM_OF),
    output:
        rows="results/persistence/rows/all.parquet",
    log:
        "logs/persistence_rows.log",
    localrule: True
    conda:
        "../envs/persistence.yaml"
    params:
        code=code_of("persistence_rows"),
        settings={"places": {name: f"{PERSISTENCE_PLACE_OF[name]}dataset/" for name in PERSISTENCE_ARMS}},
    script:
        "../scripts/persistence_rows.py"


rule persistence_gallery:
    """Clips of all arms can be looked through, filtered and played in gallery/index.html."""
    input:
        rows=rules.persistence_rows.output.rows,
        datasets=rules.persistence_rows.input.datasets,
    output:
        gallery=directory("results/persistence/gallery"),
    log:
        "logs/persistence_gallery.log",
    conda:
        "../envs/persistence.yaml"
    resources:
        mem_mb=per_attempt(2000),
        runtime=per_attempt(60),
    params:
        code=code_of("persistence_gallery"),
        settings=persistence_settings.compose_gallery(PERSISTENCE, PERSISTENCE_ARMS, config["seed"]),
    script:
        "../scripts/persistence_gallery.py"


rule persistence_preview:
    """Clips of an arm are there to look at and to take home: strips, moving pictures, metadata and statistics."""
    input:
        dataset=lambda wildcards: expand(
            rules.persistence_dataset.output.dataset, arm=PERSISTENCE_PLACE_OF[wildcards.variant]
        )[0],
    output:
        samples=report(
            directory("results/persistence/samples/{variant}"),
            patterns=["{name}.gif", "{name,.*_statistics}.png"],
            caption="captions/persistence_preview.rst",
            category="persistence",
            subcategory="{variant}",
            labels={"variant": "{variant}", "shows": "{name}"},
        ),
    log:
        "logs/persistence_preview/{variant}.log",
    benchmark:
        "benchmarks/persistence_preview/{variant}.tsv"
    conda:
        "../envs/persistence.yaml"
    resources:
        mem_mb=per_attempt(3000),
        runtime=per_attempt(60),
    params:
        code=code_of("persistence_preview"),
        settings={"previews": PERSISTENCE["previews"]},
    script:
        "../scripts/persistence_preview.py"


rule persistence_card:
    """The clips have a card for programs and one for people: what they are, what was lost, limits."""
    input:
        outcomes=rules.persistence_summary.output.outcomes,
        rows=rules.persistence_rows.output.rows,
        audits=expand(rules.persistence_audit.output.audit, variant=PERSISTENCE_ARMS),
        pictures=expand(rules.persistence_preview.output.samples, variant=PERSISTENCE_ARMS),
    output:
        croissant="results/persistence/card/croissant.json",
        index="results/persistence/card/index.parquet",
        pictures=directory("results/persistence/card/pictures"),
        readme="results/persistence/card/README.md",
        tile="results/persistence/card/tile.json",
        page=report(
            "results/persistence/card/README.html",
            caption="captions/persistence_card.rst",
            category="persistence",
            subcategory="dataset",
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
            "chosen": {"seed": config["seed"], "persistence": persistence_settings.card_settings(PERSISTENCE)},
            "citation": CITATION,
            "arms": list(PERSISTENCE_ARMS),
        },
    script:
        "../scripts/persistence_card.py"


include: "persistence_models.smk"


rule persistence_contract:
    """Every clip keeps what the documents promise, which contract.json says."""
    input:
        base=rules.persistence_link.output.folder,
        datasets=expand(rules.persistence_dataset.output.dataset, arm=PERSISTENCE_ARM_OF),
        outcomes=rules.persistence_summary.output.outcomes,
        audits=expand(rules.persistence_audit.output.audit, variant=PERSISTENCE_ARMS),
        evaluations=[rules.persistence_evaluate.output.figures] if PERSISTENCE_TRAINED else [],
    output:
        contract="results/persistence/contract.json",
    log:
        "logs/persistence_contract.log",
    benchmark:
        "benchmarks/persistence_contract.tsv"
    conda:
        "../envs/persistence.yaml"
    resources:
        mem_mb=per_attempt(2000),
        runtime=per_attempt(240),
    params:
        code=code_of("persistence_contract"),
        settings={
            "arms": [
                {"name": name, "per_video": arm["per_video"], "max_companions": arm["max_companions"]}
                for name, arm in PERSISTENCE_ARMS.items()
            ],
            "samples": PERSISTENCE["samples"],
            "max_lost": PERSISTENCE["max_lost"],
        },
    script:
        "../scripts/persistence_contract.py"


include: "persistence_exports.smk"


rule persistence:
    """All arms of the study and their models are there, checked and described."""
    input:
        rules.persistence_link.output.folder,
        expand(rules.persistence_dataset.output.dataset, arm=PERSISTENCE_ARM_OF),
        expand(rules.persistence_objects.output.objects, variant=PERSISTENCE_ARMS),
        expand(rules.persistence_audit.output.audit, variant=PERSISTENCE_ARMS),
        rules.persistence_rows.output.rows,
        expand(rules.persistence_tables.output.folder, variant=PERSISTENCE_ARMS),
        rules.persistence_summary.output,
        expand(rules.persistence_preview.output.samples, variant=PERSISTENCE_ARMS),
        rules.persistence_evaluate.output if PERSISTENCE_TRAINED else [],
        rules.persistence_card.output,
        rules.persistence_gallery.output,
        rules.persistence_contract.output.contract,
