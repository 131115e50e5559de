# Persistence, exports: tables that other tools open.
# requires: persistence.smk
# yields:   results/persistence/tables/<variant>/


rule persistence_tables:
    """The clips of an arm stand in a table for each split, with labels of each frame and boxes of each sphere."""
    input:
        rows=rules.persistence_rows.output.rows,
        dataset=lambda wildcards: expand(
            rules.persistence_dataset.output.dataset, arm=PERSISTENCE_PLACE_OF[wildcards.variant]
        )[0],
    output:
        folder=directory("results/persistence/tables/{variant}"),
    log:
        "logs/persistence_tables/{variant}.log",
    localrule: True
    conda:
        "../envs/persistence.yaml"
    params:
        code=code_of("persistence_tables"),
        settings=lambda wildcards: {"variant": wildcards.variant},
    script:
        "../scripts/persistence_tables.py"
