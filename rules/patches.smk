# Patches: super-resolution training pairs, cut out of films by category.
# requires: the sources, and for each film its shares of the categories, from the video table
# yields:   results/patches/dataset/<category's path>/Learn/<format's folder>/{GT,LR_5frames,LR_7frames,LR}/,
#           results/patches/{wanted.tsv, manifest.tsv, outcomes.tsv, contract.json}, results/patches/{preview,card}/
#
# A film is cut in parts, each a job with a folder of its own; how many there are follows from the configuration and the
# film's row alone. patches_tree gives all files their places in the dataset as second names: nothing is copied.

from framewright.patches import forecast, formats

PATCHES = config["patches"]
CATEGORIES = formats.categories_of(PATCHES)
FILMS = {row.video: row for row in videos.values() if "patches" in row.pipelines}
SHARES = {video: row.categories for video, row in FILMS.items()}
WINDOWS = formats.allot(SHARES, PATCHES, forecast.bytes_of(CATEGORIES))
PARTS = [(video, part) for video in FILMS for part in formats.parts_of(WINDOWS[video], PATCHES["windows_per_part"])]
SHOWN = [video for video, row in FILMS.items() if row.kind == "demo" or PATCHES["show"] == "all"]
HELD_OUT = formats.held_out({video: row.split for video, row in FILMS.items()}, PATCHES["val"])
BY_HAND = formats.by_hand(CATEGORIES, HELD_OUT)
DATASET = "results/patches/dataset"


rule patches_wanted:
    """How many windows each film is to give to each category is written down, for those who watch the run."""
    output:
        wanted="results/patches/wanted.tsv",
    log:
        "logs/patches_wanted.log",
    priority: 1
    localrule: True
    conda:
        "../envs/patches.yaml"
    params:
        code=code_of("patches_wanted"),
        counts=WINDOWS,
        settings={key: PATCHES[key] for key in ("categories", "formats")},
    script:
        "../scripts/patches_wanted.py"


rule patches_plan:
    """Which windows of a film are cut is known, and so are its picture's edges, its colours and its quality."""
    input:
        video=rules.sources_link.output.video,
        probe=rules.sources_probe.output.probe,
    output:
        plan="results/patches/plans/{video}/plan.json",
        frames="results/patches/plans/{video}/frames.npz",
    log:
        "logs/patches_plan/{video}.log",
    benchmark:
        "benchmarks/patches_plan/{video}.tsv"
    conda:
        "../envs/patches.yaml"
    resources:
        mem_mb=lambda wildcards, attempt: 1500 * attempt,
    params:
        code=code_of("patches_plan"),
        counts=lambda wildcards: WINDOWS[wildcards.video],
        split=column("split"),
        settings={key: PATCHES[key] for key in formats.PLANNED},
        seed=config["seed"],
    script:
        "../scripts/patches_plan.py"


rule patches_cut:
    """A part of a film is cut into patches, each checked, its row in patches.tsv and every attempt in attempts.tsv."""
    input:
        video=rules.sources_link.output.video,
        plan=rules.patches_plan.output.plan,
        frames=rules.patches_plan.output.frames,
    output:
        folder=directory("results/patches/parts/{video}/{part}"),
    log:
        "logs/patches_cut/{video}/{part}.log",
    benchmark:
        "benchmarks/patches_cut/{video}/{part}.tsv"
    wildcard_constraints:
        part=r"\d+",
    conda:
        "../envs/patches.yaml"
    resources:
        mem_mb=lambda wildcards, attempt: 1500 * attempt,
    params:
        code=code_of("patches_cut"),
        settings={key: PATCHES[key] for key in formats.CUT},
        seed=config["seed"],
        gallery=lambda wildcards: wildcards.video in SHOWN,
    script:
        "../scripts/patches_cut.py"


rule patches_tree:
    """All patches are in the documented folders, and manifest.tsv has a row for each from which it can be rebuilt."""
    input:
        parts=[rules.patches_cut.output.folder.format(video=video, part=part) for video, part in PARTS],
    output:
        folders=[directory(f"{DATASET}/{folder}") for folder in formats.folders_of(CATEGORIES, HELD_OUT)],
        manifest="results/patches/manifest.tsv",
    log:
        "logs/patches_tree.log",
    localrule: True
    conda:
        "../envs/patches.yaml"
    params:
        code=code_of("patches_tree"),
        folders=formats.folders_of(CATEGORIES, HELD_OUT),
        by_hand=[f"{DATASET}/{folder}" for folder in BY_HAND],
    script:
        "../scripts/patches_tree.py"


rule patches_summary:
    """What became of each film, of each place that was tried and of each patch that was wanted is in outcomes.tsv."""
    input:
        plans=expand(rules.patches_plan.output.plan, video=FILMS),
        parts=rules.patches_tree.input.parts,
    output:
        outcomes="results/patches/outcomes.tsv",
    log:
        "logs/patches_summary.log",
    localrule: True
    conda:
        "../envs/patches.yaml"
    params:
        code=code_of("patches_summary"),
        videos=list(FILMS),
        video_of_part=[video for video, _ in PARTS],
    script:
        "../scripts/patches_summary.py"


rule patches_preview:
    """Sheets show pairs of each category, rejected windows, bright films before and after: of what may be shown."""
    input:
        folders=rules.patches_tree.output.folders,
        manifest=rules.patches_tree.output.manifest,
        parts=[folder for folder, (video, _) in zip(rules.patches_tree.input.parts, PARTS) if video in SHOWN],
        videos=expand(rules.sources_link.output.video, video=SHOWN),
        plans=expand(rules.patches_plan.output.plan, video=SHOWN),
        frames=expand(rules.patches_plan.output.frames, video=SHOWN),
    output:
        sheets=report(
            expand("results/patches/preview/{category}.png", category=CATEGORIES),
            caption="captions/patches_preview.rst",
            category="Patches",
            labels={"video": "all", "shows": "pairs"},
        ),
        rejects=report(
            "results/patches/preview/rejected.png",
            caption="captions/patches_rejected.rst",
            category="Patches",
            labels={"video": "all", "shows": "rejected windows"},
        ),
        bright=report(
            "results/patches/preview/bright.png",
            caption="captions/patches_bright.rst",
            category="Patches",
            labels={"video": "all", "shows": "HDR before and after"},
        ),
    log:
        "logs/patches_preview.log",
    conda:
        "../envs/patches.yaml"
    params:
        code=code_of("patches_preview"),
        categories=list(CATEGORIES),
        videos=SHOWN,
    script:
        "../scripts/patches_preview.py"


rule patches_card:
    """The patches have a card for programs and one for people: what they are, what was lost, licences, limits."""
    input:
        manifest=rules.patches_tree.output.manifest,
        sources=rules.sources_summary.output.outcomes,
        summary=rules.sources_summary.output.table,
        outcomes=rules.patches_summary.output.outcomes,
    output:
        croissant="results/patches/card/croissant.json",
        index="results/patches/card/index.parquet",
        readme="results/patches/card/README.md",
        page=report(
            "results/patches/card/README.html",
            caption="captions/patches_card.rst",
            category="Patches",
            labels={"video": "all", "shows": "card"},
        ),
    log:
        "logs/patches_card.log",
    localrule: True
    conda:
        "../envs/cards.yaml"
    params:
        code=code_of("patches_card"),
        settings={"chosen": {"patches": PATCHES}, "citation": CITATION},
    script:
        "../scripts/patches_card.py"


rule patches_contract:
    """The patches keep what they promise, which contract.json says."""
    input:
        folders=rules.patches_tree.output.folders,
        manifest=rules.patches_tree.output.manifest,
        plans=expand(rules.patches_plan.output.plan, video=FILMS),
        outcomes=rules.patches_summary.output.outcomes,
    output:
        contract="results/patches/contract.json",
    log:
        "logs/patches_contract.log",
    retries: 0
    localrule: True
    conda:
        "../envs/patches.yaml"
    params:
        code=code_of("patches_contract"),
        shares=None if formats.is_limited(PATCHES) else SHARES,
        settings={key: PATCHES[key] for key in ("categories", "formats")},
    script:
        "../scripts/patches_contract.py"


rule patches_val:
    """Pictures that a person put into Val/GT have small copies beside them, and training has not seen them."""
    input:
        manifest=rules.patches_tree.output.manifest,
        pictures=lambda wildcards: sorted(
            str(path) for folder in BY_HAND for path in Path(DATASET, folder).glob("*.png") if "{" not in path.name
        ),
    output:
        folders=[directory(f"{DATASET}/{folder}") for folder in formats.stacks_by_hand(BY_HAND)],
        contract="results/patches/val.json",
    log:
        "logs/patches_val.log",
    retries: 0
    localrule: True
    conda:
        "../envs/patches.yaml"
    params:
        code=code_of("patches_val"),
        settings={key: PATCHES[key] for key in ("categories", "formats")},
        categories=list(CATEGORIES) if BY_HAND else [],
        kernel=PATCHES["kernel"],
    script:
        "../scripts/patches_val.py"


rule patches_forecast:
    """How many patches, images, gigabytes and hours the table of videos will take is said. It makes nothing."""
    log:
        "logs/patches_forecast.log",
    localrule: True
    conda:
        "../envs/patches.yaml"
    threads: 1024  # as many as this run was given: that is what it tells
    params:
        code=code_of("patches_forecast"),
        counts=WINDOWS,
        settings={key: PATCHES[key] for key in ("categories", "formats")},
    script:
        "../scripts/patches_forecast.py"


rule patches:
    """The dataset of patches is there, checked and described."""
    input:
        rules.patches_wanted.output,
        rules.patches_tree.output,
        rules.patches_summary.output,
        rules.patches_preview.output,
        rules.patches_val.output,
        rules.patches_card.output,
        rules.patches_contract.output.contract,
