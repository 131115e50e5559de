# Patches, exports: as the configuration's `exports: {patches: [...]}` asks for them.
# requires: patches.smk
# yields:   results/patches/export/<format>/, results/patches/exported/<format>/contract.json

PATCHES_EXPORTS = config["exports"]["patches"]


rule patches_basicsr:
    """Pairs and scenes of the patches are there as BasicSR reads them."""
    input:
        rows=of_buckets(rules.patches_rows.output.rows),
        folders=rules.patches_tree.output.folders,
        manifest=rules.patches_tree.output.manifest,
    output:
        folder=directory("results/patches/export/basicsr"),
    log:
        "logs/patches_basicsr.log",
    benchmark:
        "benchmarks/patches_basicsr.tsv"
    conda:
        "../envs/patches.yaml"
    resources:
        mem_mb=per_attempt(4000),
        runtime=per_attempt(240),
    params:
        code=code_of("patches_basicsr"),
        settings={},
    script:
        "../scripts/patches_basicsr.py"


rule patches_basicsr_contract:
    """The BasicSR export holds the patches that are served, byte by byte, which contract.json says."""
    input:
        rows=rules.patches_basicsr.input.rows,
        folders=rules.patches_basicsr.input.folders,
        manifest=rules.patches_basicsr.input.manifest,
        folder=rules.patches_basicsr.output.folder,
    output:
        contract="results/patches/exported/basicsr/contract.json",
    log:
        "logs/patches_basicsr_contract.log",
    localrule: True
    conda:
        "../envs/patches.yaml"
    params:
        code=code_of("patches_basicsr_contract"),
        settings={},
    script:
        "../scripts/patches_basicsr_contract.py"


rule patches_webdataset:
    """The patches stand in tar shards, each with its stacks."""
    input:
        rows=of_buckets(rules.patches_rows.output.rows),
        folders=rules.patches_tree.output.folders,
        manifest=rules.patches_tree.output.manifest,
    output:
        folder=directory("results/patches/export/webdataset"),
    log:
        "logs/patches_webdataset.log",
    benchmark:
        "benchmarks/patches_webdataset.tsv"
    conda:
        "../envs/patches.yaml"
    resources:
        mem_mb=per_attempt(4000),
        runtime=per_attempt(240),
    params:
        code=code_of("patches_webdataset"),
        settings={},
    script:
        "../scripts/patches_webdataset.py"


rule patches_webdataset_contract:
    """The shards hold the patches that are served, in order, byte by byte, which contract.json says."""
    input:
        rows=rules.patches_webdataset.input.rows,
        folders=rules.patches_webdataset.input.folders,
        manifest=rules.patches_webdataset.input.manifest,
        folder=rules.patches_webdataset.output.folder,
    output:
        contract="results/patches/exported/webdataset/contract.json",
    log:
        "logs/patches_webdataset_contract.log",
    localrule: True
    conda:
        "../envs/patches.yaml"
    params:
        code=code_of("patches_webdataset_contract"),
        settings={},
    script:
        "../scripts/patches_webdataset_contract.py"


PATCHES_EXPORTED = {
    "basicsr": (rules.patches_basicsr.output.folder, rules.patches_basicsr_contract.output.contract),
    "webdataset": (rules.patches_webdataset.output.folder, rules.patches_webdataset_contract.output.contract),
}
