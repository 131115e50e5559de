# Flexpatch, exports: tables that other tools open.
# requires: flexpatch.smk
# yields:   results/flexpatch/tables/


rule flexpatch_tables:
    """The samples stand in a table for training and one that is held out, typed and labelled."""
    input:
        rows=of_buckets(rules.flexpatch_rows.output.rows),
    output:
        folder=directory("results/flexpatch/tables"),
    log:
        "logs/flexpatch_tables.log",
    localrule: True
    conda:
        "../envs/flexpatch.yaml"
    params:
        code=code_of("flexpatch_tables"),
        settings=flexpatch_settings.tables_settings(FLEXPATCH, FLEXPATCH_SPLITS),
    script:
        "../scripts/flexpatch_tables.py"
