# Framewright: videos in, training-ready datasets and models out.
#
# This file is the table of contents. What you choose stands in config/config.yaml and in the video table that it
# names; config/README.md explains every key. `snakemake -c8` makes what is missing or stale, `snakemake -c8 sources`
# one part of it, and `snakemake -n` says what would be made, and why.

from pathlib import Path
from snakemake.utils import min_version

min_version("9.27")


# A working directory (--directory) may bring a config of its own.
configfile: "config/config.yaml" if Path("config/config.yaml").exists() else workflow.source_path("config/config.yaml")


# The report opens with what the last run wrote, and before that with what the workflow does.
FRONT_PAGE = "results/front.rst"


report: str(Path(FRONT_PAGE).absolute()) if Path(FRONT_PAGE).exists() else "rules/captions/workflow.rst"


include: "rules/common.smk"
include: "rules/sources.smk"
include: "rules/tracks.smk"
include: "rules/patches.smk"
include: "rules/videomnist.smk"
include: "rules/persistence.smk"
include: "rules/flexpatch.smk"
include: "rules/overview.smk"
include: "rules/cards.smk"
include: "rules/buckets.smk"


rule all:
    """Everything the config asks for: the sources, checked, and each chosen pipeline's results."""
    default_target: True
    input:
        rules.sources.input,
        rules.overview.input,
        [getattr(rules, pipeline).input for pipeline in (*PIPELINES, *EMPTIED)],
        rules.cards.input,
