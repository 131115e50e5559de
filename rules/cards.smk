# Cards: what holds for all results together.
# requires: results/<pipeline>/outcomes.tsv of the sources and of each chosen pipeline
# yields:   results/funnel.{tsv,svg}


rule cards_funnel:
    """The funnel says for each stage of each pipeline what entered, what was kept, and why the rest was dropped."""
    input:
        outcomes=[getattr(rules, f"{word}_summary").output.outcomes for word in ("sources", *config["pipelines"])],
    output:
        table=report(
            "results/funnel.tsv",
            caption="captions/cards_funnel.rst",
            category="Overview",
            labels={"shows": "funnel, as a table"},
        ),
        picture=report(
            "results/funnel.svg", caption="captions/cards_funnel.rst", category="Overview", labels={"shows": "funnel"}
        ),
    log:
        "logs/cards_funnel.log",
    localrule: True
    conda:
        "../envs/overview.yaml"
    params:
        code=code_of("cards_funnel"),
        pipelines=["sources", *config["pipelines"]],
    script:
        "../scripts/cards_funnel.py"


rule cards:
    """What was dropped, and why, is told."""
    input:
        rules.cards_funnel.output,
