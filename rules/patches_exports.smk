# Patches, exports: as the configuration's `exports: {patches: [...]}` asks for them.
# requires: patches.smk
# yields:   results/patches/export/<format>/, results/patches/exported/<format>/contract.json

PATCHES_EXPORTS = config["exports"]["patches"]


rule patches_export:
    """An export of the patches is there: pairs and scenes as BasicSR reads them, or pairs in shards."""
    input:
        rows=of_buckets(rules.patches_rows.output.rows),
        folders=rules.patches_tree.output.folders,
        manifest=rules.patches_tree.output.manifest,
    output:
        folder=directory("results/patches/export/{format}"),
    log:
        "logs/patches_export/{format}.log",
    benchmark:
        "benchmarks/patches_export/{format}.tsv"
    wildcard_constraints:
        format="basicsr|webdataset",
    conda:
        "../envs/patches.yaml"
    resources:
        mem_mb=per_attempt(4000),
        runtime=per_attempt(240),
    params:
        code=code_of("patches_export"),
        settings={},
    script:
        "../scripts/patches_export.py"


rule patches_exported:
    """An export of the patches holds what is served, in order, byte by byte, which its contract says."""
    input:
        rows=rules.patches_export.input.rows,
        folders=rules.patches_tree.output.folders,
        manifest=rules.patches_tree.output.manifest,
        folder=rules.patches_export.output.folder,
    output:
        contract="results/patches/exported/{format}/contract.json",
    log:
        "logs/patches_exported/{format}.log",
    localrule: True
    conda:
        "../envs/patches.yaml"
    params:
        code=code_of("patches_exported"),
        settings={},
    script:
        "../scripts/patches_exported.py"
