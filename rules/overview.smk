# Overview: pictures of the workflow itself.
# requires: the rule files
# yields:   results/dag.svg


rule overview_dag:
    """The graph of all rules that this configuration uses is drawn in results/dag.svg."""
    input:
        rules=[HOUSE / "Snakefile", *sorted(HOUSE.glob("rules/*.smk"))],
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
    params:
        code=code_of("overview_dag"),
        config=config,
        kinds=sorted({row.kind for row in videos.values()}),
    script:
        "../scripts/overview_dag.py"


rule overview:
    """The workflow is drawn."""
    input:
        rules.overview_dag.output.svg,
