# Cards: what makes a finished study trustworthy: what it consists of, what made it, and whether it is still so.
# requires: the results that the configuration asks for
# yields:   results/funnel.{tsv,svg,html}, results/versions.json, results/MANIFEST.tsv, results/manifest/<bucket>.tsv


rule cards_funnel:
    """The funnel says for each stage of each pipeline what entered, what was kept, and why the rest was dropped."""
    input:
        outcomes=[getattr(rules, f"{word}_summary").output.outcomes for word in ("sources", *PIPELINES)],
        stages=[getattr(rules, f"{word}_subsets").output.stages for word in pipelines_with("subsets")],
    output:
        table="results/funnel.tsv",
        picture="results/funnel.svg",
        page=report(
            "results/funnel.html", caption="captions/cards_funnel.rst", category="overview", labels={"shows": "funnel"}
        ),
    log:
        "logs/cards_funnel.log",
    localrule: True
    conda:
        "../envs/overview.yaml"
    params:
        code=code_of("cards_funnel"),
        settings={"pipelines": ["sources", *PIPELINES], "counted": pipelines_with("subsets")},
    script:
        "../scripts/cards_funnel.py"


rule cards_versions:
    """The versions of everything that made the results are in versions.json."""
    input:
        outcomes=rules.cards_funnel.input.outcomes,
    output:
        versions=update("results/versions.json"),
    log:
        "logs/cards_versions.log",
    localrule: True
    conda:
        "../envs/cards.yaml"
    resources:
        house=str(HOUSE),  # where the code lies decides nothing
    params:
        code=code_of("cards_versions"),
        settings=lambda wildcards: {
            "house": versions.own_version(HOUSE),
            "packages": versions.read_pins(HOUSE),
            "config": versions.digest(DECIDING),
            "videos": versions.digest(videos),
            "weights": TRACKS.model_files(),
        },
    script:
        "../scripts/cards_versions.py"


warn_of_other_packages(rules.cards_versions.output.versions)


rule cards_bucket:
    """Every final artifact of a bucket's videos is listed with its size, its sha256 and the rule that made it."""
    input:
        artifacts=artifacts_in(films=False),
        films=artifacts_in(films=True),
    output:
        manifest="results/manifest/{bucket}.tsv",
    log:
        "logs/cards_bucket/{bucket}.log",
    localrule: True
    conda:
        "../envs/cards.yaml"
    params:
        code=code_of("cards_bucket"),
        settings=lambda wildcards: {"makers": makers_in(wildcards.bucket), "digests": ".snakemake/digests"},
    script:
        "../scripts/cards_bucket.py"


rule cards_manifest:
    """Every final artifact is in MANIFEST.tsv with its size, its sha256 and the rule that made it."""
    input:
        parts=of_buckets(rules.cards_bucket.output.manifest),
        artifacts=lambda wildcards: [path for path in artifacts(wildcards) if not path.endswith(FILMS)],
        films=lambda wildcards: take_film([path for path in artifacts(wildcards) if path.endswith(FILMS)]),
    output:
        manifest="results/MANIFEST.tsv",
    log:
        "logs/cards_manifest.log",
    localrule: True
    conda:
        "../envs/cards.yaml"
    params:
        code=code_of("cards_manifest"),
        settings=lambda wildcards: {"makers": makers(), "digests": ".snakemake/digests"},
    script:
        "../scripts/cards_manifest.py"


rule cards:
    """What the study consists of, what made it, and what was dropped and why is on record."""
    input:
        rules.cards_funnel.output,
        rules.cards_versions.output.versions,
        rules.cards_manifest.output.manifest,


rule check:
    """The results are still those of the MANIFEST, and keep their contracts. It makes nothing, so it can mend nothing."""
    log:
        "logs/check.log",
    localrule: True
    conda:
        "../envs/cards.yaml"
    resources:
        driver=sys.executable,  # the Python that has Snakemake, which this rule's environment need not
        snakefile=str(HOUSE / "Snakefile"),
    params:
        code=code_of("check"),
        settings=lambda wildcards: {
            "config": DECIDING,
            "pipelines": USED,
            "by_hand": [f"{PATCHES_DATASET}/{folder}" for folder in PATCHES_BY_HAND],
            "manifest": str(rules.cards_manifest.output.manifest),
            "artifacts": all_artifacts(wildcards),
        },
    script:
        "../scripts/check.py"
