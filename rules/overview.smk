# Overview: pictures of the workflow itself.
# requires: the rule files, and benchmarks/ as far as they are there
# yields:   results/dag.svg, results/costs.{tsv,svg}


rule overview_dag:
    """The graph of all rules that this configuration uses is drawn in results/dag.svg."""
    output:
        svg=report(
            "results/dag.svg", caption="captions/overview_dag.rst", category="Overview", labels={"shows": "rule graph"}
        ),
    log:
        "logs/overview_dag.log",
    localrule: True
    conda:
        "../envs/overview.yaml"
    resources:
        driver=sys.executable,  # the Python that has Snakemake, which this rule's environment need not
        snakefile=str(HOUSE / "Snakefile"),
    params:
        code=code_of("overview_dag"),
        settings=lambda wildcards: {
            "rules": versions.digest([path.read_text() for path in sorted(HOUSE.glob("rules/*.smk"))]),
            "config": config,
            "kinds": sorted({row.kind for row in videos.values()}),
        },
    script:
        "../scripts/overview_dag.py"


# Benchmarks are no inputs: a lost one must not bring its job back. The MANIFEST is there when all of them are.
rule overview_costs:
    """What each rule cost in time and memory is drawn, once all else is made. No MANIFEST has it: clocks differ."""
    input:
        manifest=lambda wildcards: rules.cards_manifest.output.manifest,
    output:
        table="results/costs.tsv",
        picture=report(
            "results/costs.svg",
            caption="captions/overview_costs.rst",
            category="Overview",
            labels={"shows": "time and memory"},
        ),
    log:
        "logs/overview_costs.log",
    localrule: True
    conda:
        "../envs/overview.yaml"
    params:
        code=code_of("overview_costs"),
        settings={"benchmarks": "benchmarks"},
    script:
        "../scripts/overview_costs.py"


rule overview:
    """The workflow and what it cost are drawn."""
    input:
        rules.overview_dag.output.svg,
        rules.overview_costs.output.picture,
